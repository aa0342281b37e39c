/**
 * Parcels: what can't be bytes, on its way to a reader that nobody knows yet. The supervisor keeps it, since it is always
 * there and answers while everybody else blocks. A block stands for it, so that it goes when nobody refers to it: its one
 * word is the parcel's serial number, as the block may stand for another parcel later. The supervisor never looks into it:
 * whoever got an answer may have given it back, and it may be anybody's by then.
 */
import { add, load } from "#atomics";
import { channel, openPort, readsPorts, receiveOn } from "#host";
import { RuntimeError } from "../errors/errors.ts";
import type { HostPort } from "../host/host.ts";
import { allocate, onDispose } from "../memory/allocator.ts";
import { cover, words } from "../memory/arena.ts";
import { H_PARCELS, Kind } from "../memory/layout.ts";
import { R_WAKE } from "../parking/layout.ts";
import { here } from "../parking/realm.ts";
import { waitWord } from "../parking/word.ts";
import { takeMoves } from "../transfer/marks.ts";
import { askSupervisor, isMainRealm, startSupervisor, supervisorSoon } from "./watch.ts";

const SERIAL = 0;
/** Milliseconds between two looks: an answer rouses us, unless it came before we slept. */
const STEP = 5;

/** Gives them away; what `transfer()` marked moves, at once. The block comes with a reference. */
export function deposit(extras: readonly unknown[]): number {
  const at = allocate(Kind.Parcel, 1);
  const serial = add(words, H_PARCELS, 1) + 1;
  words[at + SERIAL] = serial;
  const moves = takeMoves(extras);
  supervisorSoon();
  // Kept until there is a supervisor they would move only then, and the sender could use them meanwhile.
  if (moves.length > 0 && isMainRealm()) startSupervisor();
  askSupervisor({ deposit: serial, extras, moves }, moves);
  return at;
}

/** In the supervisor, where they are: how to reach them without asking. */
let takeKept: ((serial: number) => readonly unknown[] | undefined) | undefined;
export function keepHere(take: (serial: number) => readonly unknown[] | undefined): void {
  takeKept = take;
}

/** This realm's channel to the supervisor. */
let line: unknown;

/** Takes or copies them, asleep until the supervisor has answered. */
export function fetch(at: number, doing: string): readonly unknown[] {
  const serial = cover(at)[at + SERIAL];
  const extras = takeKept !== undefined ? takeKept(serial) : readsPorts() ? ask(serial) : takeArrived(serial);
  if (extras !== undefined) return extras;
  throw new RuntimeError(
    "TRANSFERRED",
    `cannot ${doing}: what was transferred with it was taken before. It can be read once.`,
  );
}

/** `port`: the other end of `line`, with the first request. */
function request(serial: number, port: unknown): void {
  askSupervisor({ fetch: serial, realm: here(), port }, port === undefined ? [] : [port]);
}

function ask(serial: number): readonly unknown[] | undefined {
  let port: unknown;
  if (line === undefined) {
    const { ours, theirs } = channel();
    line = ours;
    port = theirs;
  }
  if (isMainRealm()) startSupervisor();
  request(serial, port);
  const place = here() + R_WAKE;
  for (;;) {
    const seen = load(cover(place), place);
    const answer = receiveOn(line) as Answer | undefined;
    if (answer !== undefined) return answer.extras;
    waitWord(place, seen, STEP);
  }
}

export interface Answer {
  readonly fetch: number;
  readonly extras: readonly unknown[] | undefined;
  /** They were moved: nobody gets them again. */
  readonly moved: boolean;
}

/**
 * Where ports can't be read without the event loop (browsers), parcels are asked for before their message is read, as
 * modules are imported before. Those that came, by serial number; the oldest go when there are many.
 */
const arrived = new Map<number, Answer>();
const MOST_KEPT = 500;
const asked = new Map<number, { readonly coming: Promise<void>; readonly come: () => void }>();

/** Has a parcel come here; undefined: it is there, or `fetch` gets it at once. */
export function fetchAhead(at: number): Promise<void> | undefined {
  if (readsPorts() || takeKept !== undefined) return undefined;
  const serial = cover(at)[at + SERIAL];
  if (arrived.has(serial)) return undefined;
  const before = asked.get(serial);
  if (before !== undefined) return before.coming;
  let port: unknown;
  if (line === undefined) {
    const { ours, theirs } = channel();
    line = openPort(ours);
    (line as HostPort).onMessage((message) => arrive(message as Answer));
    port = theirs;
  }
  let come = () => {};
  const coming = new Promise<void>((resolve) => (come = resolve));
  asked.set(serial, { coming, come });
  request(serial, port);
  return coming;
}

function arrive(answer: Answer): void {
  if (arrived.size >= MOST_KEPT) for (const oldest of arrived.keys()) if (arrived.delete(oldest)) break;
  arrived.set(answer.fetch, answer);
  asked.get(answer.fetch)?.come();
  asked.delete(answer.fetch);
}

function takeArrived(serial: number): readonly unknown[] | undefined {
  const answer = arrived.get(serial);
  if (answer?.moved) arrived.set(serial, { ...answer, extras: undefined });
  return answer?.extras;
}

/** In the supervisor: what to do when a parcel is dropped there. */
onDispose(Kind.Parcel, (at) => {
  const serial = words[at + SERIAL];
  if (takeKept === undefined) askSupervisor({ drop: serial });
  else dropHere(serial);
});
let dropHere: (serial: number) => void = () => {};
export function onDrop(drop: (serial: number) => void): void {
  dropHere = drop;
}
