/**
 * What `Lock` and `RLock` have in common: a word that one thread holds, and the slow paths behind it.
 *
 * word            meaning                                  who may leave it, to what
 * FREE            nobody holds it                          anybody → ident
 * ident           held; nobody stands in line              release → FREE; a waiter → ident+CONTENDED; the
 *                                                          supervisor, if that thread was killed → BROKEN
 * ident+CONTENDED held; somebody may stand in line         under the guard: release → FREE, or → next ident (gift); the
 *                                                          last to leave the line → ident; the supervisor → BROKEN
 * BROKEN          its holder was killed                    recover() → FREE
 *
 * The ident of the holder costs nothing and tells the supervisor what a dead thread held.
 *
 * Barging is allowed: a release makes the lock free and wakes the first in line, who takes it with CONTENDED set,
 * since others may stand behind him (Drepper, "Futexes are tricky", mutex 2). Waiting is bounded all the same: who
 * was woken, overtaken, and has waited STARVING_AFTER goes back to the front and is handed the lock by the very
 * next release (as Go's sync.Mutex does after 1 ms).
 */
import { compareExchange, load, store } from "#atomics";
import { BrokenLockError } from "../errors/errors.ts";
import { words } from "../memory/arena.ts";
import { enter, leave } from "../memory/guard.ts";
import {
  ASYNC,
  GIFTED,
  GONE,
  N_FLAGS,
  N_IDENT,
  N_REALM,
  NOTIFIED,
  Q_GUARD,
  QUEUE_WORDS,
  STARVING,
} from "../parking/layout.ts";
import { type ParkRequest, type Steps, wakeAll } from "../parking/park.ts";
import { firstWaiting, isEmpty, nextWaiting, settle, wake } from "../parking/queue.ts";
import { here, IDENT_SHIFT, mine } from "../parking/realm.ts";

export const FREE = 0;
export const CONTENDED = 1;
export const BROKEN = 2;
/** Offset of the wait queue behind the word. */
export const QUEUE = 1;
/** Counts how often it was broken: who waits for something else meanwhile, without the lock, can tell. */
export const BREAKS = QUEUE + QUEUE_WORDS;
export const MUTEX_WORDS = BREAKS + 1;

/** Milliseconds. Each hand-over costs a context switch (~60 µs), so one in 5 ms is lost in the noise. */
export const STARVING_AFTER = 5;

/** Where the slow paths of one kind differ from those of another. All of it runs under the guard. */
export interface MutexKind {
  /** Before the word names the thread of a waiter with these flags: notes what else the gift needs. */
  give?(at: number, flags: number): void;
  /** The word names the calling thread: is that the gift? */
  isGift?(at: number): boolean;
  /** Before the word says BROKEN: what its holder had noted is over. */
  clear?(at: number): void;
}

/** What a condition asks of its lock. */
export interface WaitableLock {
  /** @throws RuntimeError (LOCK_NOT_OWNED) unless the caller holds it; BrokenLockError (LOCK_BROKEN) */
  mustHold(at: number, verb: string): void;
  /** Gives up every level; the result is what `restore` needs. `handOver`: see `letGo`. */
  surrender(at: number, handOver?: HandOverTo): Levels;
  /** Wakes the owners of nodes of `queue` that a notify has settled, at once or when the caller lets the lock go. */
  wake(at: number, queue: number, nodes: readonly number[]): void;
  /** What taking it again by blocking, or by awaiting, is given as. */
  kind(blocking: boolean): MutexKind;
  /** The caller has it again: at the depth and for the task that it had. */
  restore(at: number, levels: Levels): void;
  /** It broke meanwhile: there is nothing to restore. */
  forfeit(levels: Levels): void;
  breakOwned(at: number, ident: number): void;
}

/** How a thread held a lock: further levels, and the async task (0: the thread itself). */
export interface Levels {
  readonly depth: number;
  readonly task: number;
}

/**
 * Whom a release hands the lock to. Absent: the starving; `anybody`: starving or not; `others`: also those who don't
 * starve, but of other realms than the calling one.
 */
export type HandOverTo = "anybody" | "others" | undefined;

export interface Taking {
  /** Neither deadline nor signal ends it. */
  readonly final?: boolean;
  /** Queue whose wake-up counts as used when the lock is taken. */
  readonly owed?: number;
  /** Who holds it is about to let go. */
  readonly brief?: boolean;
}

/** The slow path of acquire. True: the calling thread holds the word. */
export function* acquireSteps(at: number, kind: MutexKind, taking?: Taking): Steps<boolean> {
  const place: { -readonly [K in keyof ParkRequest]: ParkRequest[K] } = {
    ...taking,
    queue: at + QUEUE,
    mustWait: () => markContended(at),
    onLeave: () => unmarkContended(at),
  };
  const since = performance.now();
  let woken = false;
  for (;;) {
    // 1. Take it if it is free. Who was woken cannot know whether others stand in line, and says so in the word.
    const found = compareExchange(words, at, FREE, woken ? mine | CONTENDED : mine);
    if (found === FREE) return true;
    if (found === BROKEN) throw brokenError("acquire");
    // 2. Stand in line.
    const outcome = yield place;
    if (outcome === GONE) {
      if (woken) passOn(at, kind);
      return false;
    }
    // 3. Handed over: the lock is ours already, unless the giver was killed before he wrote it down.
    if (outcome === GIFTED && isGift(at, kind)) return true;
    // 4. Woken: try again, and if overtaken go to the front; after a while ask to be handed it.
    if (outcome === NOTIFIED || outcome === GIFTED) {
      woken = true;
      place.front = true;
      place.starving = performance.now() - since >= STARVING_AFTER;
    }
  }
}

function isGift(at: number, kind: MutexKind): boolean {
  enter(words, at + QUEUE + Q_GUARD);
  const is = isMine(load(words, at)) && kind.isGift?.(at) !== false;
  leave(words, at + QUEUE + Q_GUARD);
  return is;
}

/** Ident of the thread that a word names, 0: none. */
export function holderOf(word: number): number {
  return word >>> IDENT_SHIFT;
}

/** Does a word name the calling thread? */
export function isMine(word: number): boolean {
  return (word & ~CONTENDED) === mine;
}

/** Under the guard: is there a holder to wait for? Then its release must come this way. */
function markContended(at: number): boolean {
  for (;;) {
    const word = load(words, at);
    if (word === FREE || word === BROKEN) return false;
    if (word & CONTENDED || compareExchange(words, at, word, word | CONTENDED) === word) return true;
  }
}

/** Under the guard, after a waiter left: the word is as if it had never come. */
function unmarkContended(at: number): void {
  const word = load(words, at);
  if (word & CONTENDED && isEmpty(at + QUEUE)) compareExchange(words, at, word, word & ~CONTENDED);
}

/** Lets the word go and wakes who is next. FREE and BROKEN: so it was found, and nothing was done. */
export function letGo(at: number, kind: MutexKind, handOver?: HandOverTo): number {
  for (;;) {
    const word = load(words, at);
    if (word === FREE || word === BROKEN) return word;
    if (word & CONTENDED) break;
    if (compareExchange(words, at, word, FREE) === word) return word;
  }
  const queue = at + QUEUE;
  const woken: number[] = [];
  enter(words, queue + Q_GUARD);
  const word = load(words, at);
  const held = word !== FREE && word !== BROKEN;
  if (held && !giveAway(at, kind, woken, handOver)) compareExchange(words, at, word, FREE);
  leave(words, queue + Q_GUARD);
  for (const node of woken) wake(node);
  return word;
}

/** How many in line a release looks at: an awaiting crowd must not make each release walk it all. */
const LOOK_AHEAD = 16;

/**
 * Under the guard: settles the first in line. True: it was starving and the word names it now.
 * A promise's event loop may be busy, so behind a promise the first one of each other thread is woken with it,
 * up to the first that blocks. They all try; who is late goes back to its place.
 */
function giveAway(at: number, kind: MutexKind, woken: number[], handOver: HandOverTo | "nobody"): boolean {
  const queue = at + QUEUE;
  const realms: number[] = [];
  for (let node = firstWaiting(queue), seen = 0; node !== 0 && seen < LOOK_AHEAD; seen++) {
    const next = nextWaiting(node);
    const flags = words[node + N_FLAGS];
    const realm = words[node + N_REALM];
    const asked =
      (flags & STARVING) !== 0 || handOver === "anybody" || (handOver === "others" && realm !== here());
    const gift = asked && handOver !== "nobody" && woken.length === 0;
    if (!realms.includes(realm) && settle(queue, node, gift ? GIFTED : NOTIFIED)) {
      woken.push(node);
      realms.push(realm);
      if (gift) {
        kind.give?.(at, flags);
        store(words, at, (words[node + N_IDENT] << IDENT_SHIFT) | (isEmpty(queue) ? 0 : CONTENDED));
        return true;
      }
      if ((flags & ASYNC) === 0) return false;
    }
    node = next;
  }
  return false;
}

/**
 * A wake-up was not used: the next one gets it, unless there is a holder, whose release will see to it. One look at the
 * word decides, since others may take a free lock at any moment: looked at twice it may be free first and held then,
 * and nobody would be woken. For the same reason it can't be handed over, also not to who starves.
 */
export function passOn(at: number, kind: MutexKind): void {
  const woken: number[] = [];
  enter(words, at + QUEUE + Q_GUARD);
  if (!isEmpty(at + QUEUE) && !markContended(at)) giveAway(at, kind, woken, "nobody");
  leave(words, at + QUEUE + Q_GUARD);
  for (const node of woken) wake(node);
}

/** The thread `ident` is dead: if it holds the word, nobody waits for it any more. */
export function breakOwned(at: number, kind: MutexKind, ident: number): void {
  if (holderOf(load(words, at)) !== ident) return;
  wakeAll(at + QUEUE, () => {
    if (holderOf(load(words, at)) !== ident) return;
    kind.clear?.(at);
    store(words, at + BREAKS, words[at + BREAKS] + 1);
    store(words, at, BROKEN);
  });
}

export function brokenError(verb: string): BrokenLockError {
  return new BrokenLockError(
    `cannot ${verb} the lock: the thread that held it died. Check the data that it guards, then call recover().`,
  );
}

/** Errors that say that a caller has its lock no more, with the lock. */
const losses = new WeakMap<object, number>();

/** The lock at `at` broke while the caller had given it up for a while. */
export function lossError(at: number, verb: string): BrokenLockError {
  const error = brokenError(verb);
  losses.set(error, at);
  return error;
}

/** Does this error say that who got it has the lock at `at` no more? To release it would be to release another's. */
export function isLoss(error: unknown, at: number): boolean {
  return typeof error === "object" && error !== null && losses.get(error) === at;
}
