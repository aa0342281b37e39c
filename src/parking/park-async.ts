/**
 * The awaiting driver, and the doorbell.
 *
 * A realm has one doorbell word with at most one untimed `waitAsync` on it: an abandoned one would eat wake-ups
 * and can't be cancelled. Who wakes a promise pushes its node on the realm's inbox and rings; the realm drains
 * the inbox in one turn. Timeouts are timers. A pending wait holds the process.
 */
import { exchange, load, store, waitAsync } from "#atomics";
import { holdProcess, releaseProcess } from "#host";
import { allocate, kindOf } from "../memory/allocator.ts";
import { cover, words } from "../memory/arena.ts";
import { Kind } from "../memory/layout.ts";
import { deadlineOf } from "./deadline.ts";
import {
  ASYNC,
  type GIFTED,
  GONE,
  IDLE,
  N_BRINGS,
  N_FLAGS,
  N_FROM,
  N_IDENT,
  N_LINK,
  N_OWED,
  N_QUEUE,
  N_REALM,
  N_STATUS,
  N_TICKET,
  NODE_WORDS,
  type NOTIFIED,
  R_BELL,
  R_INBOX,
  R_RESCAN,
  WAITING,
} from "./layout.ts";
import {
  afterEntering,
  enterLine,
  giveUp,
  LOOK,
  type Outcome,
  type ParkRequest,
  type Steps,
} from "./park.ts";
import { here } from "./realm.ts";

/** Waits of this realm that are in line, by node. */
const pending = new Map<number, (outcome: typeof NOTIFIED | typeof GIFTED) => void>();
const spareNodes: number[] = [];

/** Drives a slow path without blocking. Rejects with `signal.reason` if the wait was aborted. */
export function parkAsync<T>(steps: Steps<T>, timeout: number, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const deadline = deadlineOf(timeout);
    let request: ParkRequest;
    let node = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let held = false;
    /** The signal ended one of its waits. What the slow path still does, such as taking a lock again, is done first. */
    let aborted = false;

    const end = (settle: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      if (node !== 0) store(words, node + N_STATUS, IDLE); // not before: see parkSync
      if (node !== 0 && !retired.has(node)) spareNodes.push(node);
      if (held) releaseProcess();
      settle();
    };
    // 1. Advance the slow path until it waits or is done.
    const advance = (outcome: Outcome) => {
      try {
        let step = steps.next(outcome);
        while (!step.done) {
          request = step.value;
          if (!request.final && signal?.aborted) {
            outcome = GONE;
            aborted = true;
          } else if (!request.final && performance.now() >= deadline) outcome = GONE;
          else if (stand()) return;
          else outcome = LOOK;
          step = steps.next(outcome);
        }
        const { value } = step;
        end(() => (aborted ? reject(signal?.reason) : resolve(value)));
      } catch (error) {
        end(() => reject(error));
      }
    };
    // 2. Stand in line: by a node of this realm's, a timer, and the process held.
    const stand = () => {
      if (node === 0) node = takeNode();
      else if (retired.has(node)) node = replace(node);
      pending.set(node, advance);
      listen();
      if (!enterLine(request, node, ASYNC)) {
        pending.delete(node);
        return false;
      }
      try {
        afterEntering(request, node);
      } catch (error) {
        pending.delete(node);
        retired.add(node); // a waker may have pushed it
        throw error;
      }
      if (!held) {
        held = true;
        holdProcess();
        signal?.addEventListener("abort", abort, { once: true });
        if (deadline !== Number.POSITIVE_INFINITY)
          timer = setTimeout(expire, Math.max(0, deadline - performance.now()) + 0.5);
      }
      return true;
    };
    // 3. Or leave it. If a waker was first, its word is in the inbox.
    const leaveLine = (byAbort: boolean) => {
      if (request.final || !pending.has(node) || !giveUp(request, node)) return;
      pending.delete(node);
      aborted ||= byAbort;
      advance(GONE);
    };
    const abort = () => leaveLine(true);
    const expire = () => leaveLine(false);

    advance(LOOK);
  });
}

function takeNode(): number {
  const node = spareNodes.pop() ?? allocate(Kind.WaitNode, NODE_WORDS);
  words[node + N_REALM] = here();
  return node;
}

/**
 * Another node in place of one that is not used again. All that the supervisor reads off it goes along, or it would find
 * it twice when this thread dies: a wake-up that is not used, whose it was, what the wait brings.
 */
function replace(old: number): number {
  const node = takeNode();
  for (const word of [N_FLAGS, N_IDENT, N_TICKET, N_QUEUE, N_FROM, N_OWED])
    words[node + word] = words[old + word];
  words[node + N_BRINGS] = exchange(words, old + N_BRINGS, 0);
  store(words, node + N_STATUS, exchange(words, old + N_STATUS, IDLE));
  words[old + N_OWED] = 0;
  return node;
}

let listening = false;
let turned = Number.NEGATIVE_INFINITY;
/** Milliseconds: so long it may do without a turn; one costs 25 µs. */
const TURN_EVERY = 1;
/**
 * Has this event loop turned just now? Only then may an awaiting wait be over without a turn: in a row they would keep
 * timers and sockets waiting.
 */
export function hasJustTurned(): boolean {
  return performance.now() - turned < TURN_EVERY;
}

let readMail: (mail: number) => void = () => {};
export function onMail(handler: (mail: number) => void): void {
  readMail = handler;
}

/** Kinds of blocks, besides nodes and mail, that are pushed on an inbox, and who reads them. */
const readers = new Map<number, (entry: number) => void>();
export function onEntry(kind: number, read: (entry: number) => void): void {
  readers.set(kind, read);
}

/**
 * Arms the doorbell. What is in the inbox already rings no more, and is read soon. The bell is looked at first: the
 * other way round what is pushed between the two looks would have rung already, and nobody would ever hear of it.
 */
export function listen(): void {
  if (listening) return;
  listening = true;
  const realm = here();
  const bell = load(cover(realm), realm + R_BELL);
  if (load(words, realm + R_INBOX) === 0) {
    const rung = waitAsync(words, realm + R_BELL, bell);
    if (rung.async) return void rung.value.then(answerOnTurn);
  }
  queueMicrotask(answer);
}

function answerOnTurn(): void {
  turned = performance.now();
  answer();
}

function answer(): void {
  listening = false;
  listen();
  drainInbox();
  for (const look of bellHandlers) look();
}

const bellHandlers = new Set<() => void>();
/** Calls `look` after every ring, when the inbox is drained. */
export function onBell(look: () => void): void {
  bellHandlers.add(look);
}

/** Settles every wait whose word has come, and reads the mail, oldest first. */
export function drainInbox(): void {
  const realm = here();
  const entries: number[] = [];
  for (let entry = exchange(words, realm + R_INBOX, 0); entry !== 0; entry = cover(entry)[entry + N_LINK])
    entries.push(entry);
  for (let i = entries.length - 1; i >= 0; i--) {
    const kind = kindOf(entries[i]);
    if (kind === Kind.WaitNode) deliver(entries[i], true);
    else if (kind === Kind.Mail) readMail(entries[i]);
    else readers.get(kind)?.(entries[i]);
  }
  if (exchange(words, realm + R_RESCAN, 0) !== 0) {
    // A waker was killed between settling a node and telling us. Such a node may still be pushed by nobody or,
    // if its waker lives after all, by it: so it is not used again.
    for (const node of [...pending.keys()])
      if (load(words, node + N_STATUS) !== WAITING) deliver(node, false);
  }
}

function deliver(node: number, reusable: boolean): void {
  const advance = pending.get(node);
  if (advance === undefined) return;
  pending.delete(node);
  const outcome = load(words, node + N_STATUS) as typeof NOTIFIED | typeof GIFTED;
  if (!reusable) retired.add(node);
  advance(outcome);
}

const retired = new Set<number>();

/** Waits of this realm that are pending, for the end of a thread and for tests. */
export function pendingWaits(): number {
  return pending.size;
}
