/**
 * The one slow path, and its blocking driver.
 *
 * A primitive writes its slow path as a generator that yields park requests and knows nothing of how the wait is
 * done. `parkSync` drives it by sleeping on the realm's own wait node; `parkAsync` by promises.
 *
 * Before an object's words change under a queue's guard, its waiters are either in line or have not looked yet:
 * a waiter enters the line only if `mustWait` still holds under the same guard. That is why no wake-up is lost.
 */
import { compareExchange, load, store, wait } from "#atomics";
import { canBlock } from "#host";
import { BlockingError } from "../errors/errors.ts";
import { cover, words } from "../memory/arena.ts";
import { enter, leave } from "../memory/guard.ts";
import {
  BLOCKED,
  type GIFTED,
  GONE,
  IDLE,
  N_FLAGS,
  N_FROM,
  N_IDENT,
  N_OWED,
  N_QUEUE,
  N_STATUS,
  NOTIFIED,
  Q_GUARD,
  R_BELL,
  R_NODE,
  R_THREAD,
  R_URGENT,
  R_WAKE,
  RUNNING,
  STARVING,
  T_STATE,
  WAITING,
} from "./layout.ts";
import { enqueue, firstWaiting, settle, unlink, wake } from "./queue.ts";
import { here, ident } from "./realm.ts";
import { HandOver } from "./spin.ts";

/** What a primitive asks for: a place in line at `queue`, if `mustWait` still holds under its guard. */
export interface ParkRequest {
  readonly queue: number;
  /** Runs under the guard; `node` is what it will wait by. False: do not wait, look again. */
  mustWait(node: number): boolean;
  /** Bits for wakers to look at, from MARK on. */
  readonly marks?: number;
  /** In front, with its old ticket: it was woken before and overtaken. */
  readonly front?: boolean;
  /** The next release hands over to it. */
  readonly starving?: boolean;
  /** Runs under the guard after the node gave up and left. */
  onLeave?(): void;
  /** Asked under the guard. False: the deadline or the signal came too late, and this wait is to be waited out. */
  mayLeave?(): boolean;
  /** Runs once the node is in line, without the guard, before it sleeps: to let go of what others need. */
  entered?(): void;
  /** Neither deadline nor signal ends this wait. */
  final?: boolean;
  /** Queue whose wake-up is used only when this wait is over: a thread killed in it gives that one back too. */
  readonly owed?: number;
  /** It may be over in a moment: a look for as long as a wake-up takes, while that pays. */
  readonly brief?: boolean;
}

/** How a park ended. LOOK: it did not wait at all. */
export const LOOK = IDLE;
export type Outcome = typeof LOOK | typeof NOTIFIED | typeof GIFTED | typeof GONE;
export type Steps<T> = Generator<ParkRequest, T, Outcome>;

/** Puts `node` in line if it must wait. The step that both drivers share. */
export function enterLine(request: ParkRequest, node: number, flags: number): boolean {
  const { queue } = request;
  cover(Math.max(queue, node));
  enter(words, queue + Q_GUARD);
  const waits = request.mustWait(node);
  if (waits) {
    words[node + N_FLAGS] = flags | (request.starving ? STARVING : 0) | (request.marks ?? 0);
    words[node + N_IDENT] = ident;
    words[node + N_OWED] = request.owed ?? 0;
    enqueue(queue, node, request.front === true);
  }
  leave(words, queue + Q_GUARD);
  return waits;
}

/** The step between being in line and sleeping. If it fails there is no wait. */
export function afterEntering(request: ParkRequest, node: number): void {
  if (request.entered === undefined) return;
  try {
    request.entered();
  } catch (error) {
    giveUp(request, node);
    throw error;
  }
}

/**
 * Gives up a wait. False: a waker was first, and its wake-up counts, or the wait may not be left any more.
 * Under the guard from the start: a waker that finds a node in line can count on it as long as it holds the guard.
 */
export function giveUp(request: ParkRequest, node: number): boolean {
  if (load(words, node + N_STATUS) !== WAITING) return false;
  enter(words, request.queue + Q_GUARD);
  const gone =
    request.mayLeave?.() !== false && compareExchange(words, node + N_STATUS, WAITING, GONE) === WAITING;
  if (gone) {
    unlink(request.queue, node);
    request.onLeave?.();
  }
  leave(words, request.queue + Q_GUARD);
  return gone;
}

/** What to do when the realm is woken for urgent mail while it is parked. */
let readUrgent: () => void = () => {};
export function onUrgent(handler: () => void): void {
  readUrgent = handler;
}

/** What to do when a wait has gone on for a while, the soonest first; see `afterParked`. */
const watches: { readonly ms: number; readonly handler: (queue: number) => void }[] = [];

/** Calls `handler` once, from within a wait of this realm that has lasted `ms` milliseconds; `queue`: its line, 0: none. */
export function afterParked(ms: number, handler: (queue: number) => void): void {
  watches.push({ ms, handler });
  watches.sort((a, b) => a.ms - b.ms);
}

/** May the calling thread block? `what` and `twin` name the call for the refusal. */
export function checkBlocking(what: string, twin: string): void {
  if (canBlock()) return;
  throw new BlockingError(
    `cannot ${what}: this thread must not block. Await ${twin} instead, or call it in a Thread.`,
  );
}

/** Drives a slow path by blocking the calling thread; see `checkBlocking`. */
export function parkSync<T>(steps: Steps<T>, deadline: number, what: string, twin: string): T {
  checkBlocking(what, twin);
  const node = here() + R_NODE;
  let step = steps.next(LOOK);
  try {
    while (!step.done) step = steps.next(parkOnce(step.value, node, deadline));
    return step.value;
  } finally {
    // Not before the slow path is through: until then the status tells the supervisor of a wake-up that is not used.
    store(words, node + N_STATUS, IDLE);
  }
}

const handOvers = new HandOver();

function parkOnce(request: ParkRequest, node: number, limit: number): Outcome {
  const deadline = request.final ? Number.POSITIVE_INFINITY : limit;
  if (deadline !== Number.POSITIVE_INFINITY && performance.now() >= deadline) return GONE;
  if (!enterLine(request, node, 0)) return LOOK;
  afterEntering(request, node);
  if (request.brief && handOvers.spin(() => load(words, node + N_STATUS) !== WAITING))
    return load(words, node + N_STATUS) as Outcome;
  if (!sleepOn(node, deadline) && !giveUp(request, node)) sleepOn(node, Number.POSITIVE_INFINITY);
  return load(words, node + N_STATUS) as Outcome;
}

/** Sleeps until the node is settled (true) or the deadline has come (false). */
function sleepOn(node: number, deadline: number): boolean {
  const realm = node - R_NODE;
  const thread = words[realm + R_THREAD];
  if (thread !== 0) store(words, thread + T_STATE, BLOCKED);
  let waited = 0;
  try {
    for (;;) {
      const seen = load(words, realm + R_WAKE);
      lookForUrgent(realm);
      if (load(words, node + N_STATUS) !== WAITING) return true;
      const left = deadline - performance.now();
      if (left <= 0) return false;
      waited = sleepStep(realm + R_WAKE, seen, left, waited);
    }
  } finally {
    if (thread !== 0) store(words, thread + T_STATE, RUNNING);
  }
}

/**
 * Sleeps until a word of this realm has changed from `seen`, or `left` milliseconds, or less: Atomics.wait rounds down
 * and may come back a little early, so the caller's loop looks at the clock again.
 * @param waited what the last step of the same wait returned: milliseconds up to the last watch that it has passed
 */
export function sleepStep(place: number, seen: number, left: number, waited: number): number {
  const pause = watches.length === 0 ? Number.POSITIVE_INFINITY : Math.max(0, watches[0].ms - waited);
  if (wait(words, place, seen, Math.min(left, pause)) !== "timed-out" || pause >= left) return waited;
  const { ms, handler } = watches.shift()!;
  const node = here() + R_NODE;
  handler(load(words, node + N_STATUS) === WAITING ? words[node + N_QUEUE] : 0);
  return Math.max(waited, ms);
}

/** Reads urgent mail that has come: who sleeps is woken for it. */
export function lookForUrgent(realm: number): void {
  if (load(words, realm + R_URGENT) !== 0) readUrgent();
}

/** Blocks for `ms` milliseconds; urgent mail is still read. */
export function sleepSync(ms: number): void {
  if (ms > 0) checkBlocking("sleep", "sleepAsync()");
  const node = here() + R_NODE;
  words[node + N_QUEUE] = words[node + N_FROM] = words[node + N_OWED] = 0; // it stands in no line
  store(words, node + N_STATUS, WAITING);
  sleepOn(node, performance.now() + ms);
  store(words, node + N_STATUS, IDLE);
}

/** Wakes every waiter of a queue: for states that are final, such as a thread's end or a broken lock. */
export function wakeAll(queue: number, change: () => void = () => {}): void {
  const woken: number[] = [];
  cover(queue);
  enter(words, queue + Q_GUARD);
  change();
  for (let node = firstWaiting(queue); node !== 0; node = firstWaiting(queue)) {
    if (settle(queue, node, NOTIFIED)) woken.push(node);
  }
  leave(words, queue + Q_GUARD);
  for (const node of woken) wake(node);
}

/** Sleeps `ms` milliseconds or less, without more ado: for a step of a loop that looks again. */
export function nap(ms: number): void {
  const realm = here();
  wait(words, realm + R_BELL, load(words, realm + R_BELL), ms);
}
