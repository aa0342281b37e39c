/**
 * The words and slow paths of a Condition.
 *
 * word   meaning                                            who writes it
 * lock   index of the lock's block, with a hold on it       the constructor; given back with the block
 * seen   how often that lock had been broken when waiters   whoever finds more: wakes all who wait
 *        were last woken for it
 *
 * A waiter stands in line before it gives up the lock, so no notify after that is lost on it. What it is woken by is
 * its node's status: NOTIFIED by a notify, GIFTED because the lock was broken. An expired waiter has left its node as
 * GONE, and notify skips it: only who returns true has used one up.
 *
 * A waiter that was killed after it was notified and before it had the lock again owes its notify to the line:
 * `owed` says so to the supervisor while it waits for the lock.
 *
 * Mesa semantics (Lampson and Redell, 1980): who is notified competes for the lock like all others. The states are
 * those of CPython's threading.Condition, without its loss of a notify that meets an expiry.
 */
import { compareExchange, load, store } from "#atomics";
import { BrokenLockError } from "../errors/errors.ts";
import { kindOf } from "../memory/allocator.ts";
import { words } from "../memory/arena.ts";
import { enter, leave } from "../memory/guard.ts";
import { Kind } from "../memory/layout.ts";
import { GIFTED, GONE, NOTIFIED, Q_GUARD, QUEUE_WORDS } from "../parking/layout.ts";
import type { ParkRequest, Steps } from "../parking/park.ts";
import { firstWaiting, settle, wake } from "../parking/queue.ts";
import { mine } from "../parking/realm.ts";
import { lockOfCondition } from "./lock.ts";
import { acquireSteps, BREAKS, FREE, type Levels, lossError, type WaitableLock } from "./mutex.ts";
import { rlockOfCondition } from "./rlock-owner.ts";

export const LOCK = 0;
export const QUEUE = 1;
export const SEEN = QUEUE + QUEUE_WORDS;
export const CONDITION_WORDS = SEEN + 1;

/** How a wait is called in refusals. */
export const WAIT = "wait";

/** The lock of a condition, and what can be asked of it. */
export function itsLock(condition: number): { lock: WaitableLock; at: number } {
  const at = words[condition + LOCK];
  return { lock: kindOf(at) === Kind.RLock ? rlockOfCondition : lockOfCondition, at };
}

/** One wait of a caller who holds the lock. True: it was notified. The caller holds the lock again. */
export function* waitSteps(
  condition: number,
  lock: WaitableLock,
  at: number,
  blocking: boolean,
): Steps<boolean> {
  const breaks = load(words, at + BREAKS);
  const broke = () => load(words, at + BREAKS) !== breaks;
  let levels: Levels | undefined;
  // 1. Stand in line, then give up the lock: a notify needs the lock, so it comes after both.
  const place: { -readonly [K in keyof ParkRequest]: ParkRequest[K] } = {
    queue: condition + QUEUE,
    brief: true,
    mustWait: () => levels === undefined || !broke(),
    entered: () => {
      levels ??= lock.surrender(at);
    },
  };
  let outcome = yield place;
  // 2. Woken for a lock that had been broken and recovered before we came: that was for others.
  while (outcome !== NOTIFIED && outcome !== GONE && !broke()) {
    place.front = true;
    outcome = yield place;
  }
  // 3. No time to wait at all: the first in line gets the lock for one section, so that who polls lets others in.
  levels ??= lock.surrender(at, blocking ? "others" : "anybody");
  // 4. Take the lock again, whatever ended the wait. A notify is used up only then.
  try {
    if (outcome !== NOTIFIED && outcome !== GONE) throw lossError(at, WAIT);
    if (compareExchange(words, at, FREE, mine) !== FREE)
      yield* acquireSteps(at, lock.kind(blocking), {
        final: true,
        brief: true,
        owed: outcome === NOTIFIED ? condition + QUEUE : 0,
      });
  } catch (error) {
    lock.forfeit(levels);
    throw error instanceof BrokenLockError ? lossError(at, WAIT) : error;
  }
  lock.restore(at, levels);
  return outcome === NOTIFIED;
}

/** Ends the waits of the first `n` in line, and wakes them. */
export function wakeWaiters(condition: number, n: number, status: typeof NOTIFIED | typeof GIFTED): void {
  for (const node of endWaits(condition, n, status)) wake(node);
}

/** Ends the waits of the first `n` in line. Their owners are still to be woken. */
export function endWaits(
  condition: number,
  n: number,
  status: typeof NOTIFIED | typeof GIFTED,
): readonly number[] {
  const queue = condition + QUEUE;
  const woken: number[] = [];
  enter(words, queue + Q_GUARD);
  while (woken.length < n) {
    const node = firstWaiting(queue);
    if (node === 0) break;
    if (settle(queue, node, status)) woken.push(node);
  }
  leave(words, queue + Q_GUARD);
  return woken;
}

/** The thread `ident` is dead. If it held the lock, nobody waits for its notify any more. */
export function breakOwned(condition: number, ident: number): void {
  if (words[condition + LOCK] === 0) return; // its maker was killed in the middle
  const { lock, at } = itsLock(condition);
  lock.breakOwned(at, ident);
  const breaks = load(words, at + BREAKS);
  if (load(words, condition + SEEN) === breaks) return;
  wakeWaiters(condition, Number.POSITIVE_INFINITY, GIFTED);
  store(words, condition + SEEN, breaks);
}
