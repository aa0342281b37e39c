/**
 * A guard is a spin lock around a few dozen instructions: a free list, a wait queue.
 *
 * word   meaning                         who may leave it
 * 0      free                            anybody, by compare-exchange with its token
 * token  held by the realm of that token the holder; the supervisor, if the holder's thread was killed
 *
 * A holder that lost its processor would be spun for in vain, so after SPINS a waiter sleeps in timed steps.
 * Nobody notifies a guard: the steps are its only wake-up, which is why this file may wait (see ARCHITECTURE.md).
 */
import { compareExchange, load, pause, store, wait } from "#atomics";

/** About 2 µs: ten times the longest section that guards protect. */
const SPINS = 200;
/** Milliseconds; a thread that was preempted in a section is back after about one time slice. */
const STEP = 0.05;

/** Token of the calling realm: the index of its block, unique while it lives. 1 before it has one. */
let token = 1;
let mayWait = true;
export function setGuardToken(value: number, blocking: boolean): void {
  token = value;
  mayWait = blocking;
}
export function guardToken(): number {
  return token;
}

/** What a realm does when a guard stays held for STUCK ms: its holder was killed and waits for the supervisor. */
let whenStuck: () => void = () => {};
const STUCK = 50;
export function onStuck(handler: () => void): void {
  whenStuck = handler;
}

/**
 * Two threads died, and the one whose guard we need is not reaped yet, since its death notice waits for our event
 * loop. The supervisor leaves the case, takes the other notice, and tries again: each step can be repeated.
 */
export class GuardStuck extends Error {}

export function enter(words: Int32Array, guard: number): void {
  if (compareExchange(words, guard, 0, token) !== 0) enterSlow(words, guard);
}

export function tryEnter(words: Int32Array, guard: number): boolean {
  return compareExchange(words, guard, 0, token) === 0;
}

export function leave(words: Int32Array, guard: number): void {
  store(words, guard, 0);
}

const NOT_YET = Number.POSITIVE_INFINITY;

function enterSlow(words: Int32Array, guard: number): void {
  let stuckAt = NOT_YET; // told by the first sleep, which may come later than after SPINS looks
  for (let spins = 0; ; spins++) {
    const holder = load(words, guard);
    if (holder === 0) {
      if (compareExchange(words, guard, 0, token) === 0) return;
    } else if (spins < SPINS || !mayWait) {
      pause();
    } else {
      wait(words, guard, holder, STEP);
      const now = performance.now();
      if (stuckAt === NOT_YET) stuckAt = now + STUCK;
      else if (now > stuckAt) {
        stuckAt = now + STUCK;
        whenStuck();
      }
    }
  }
}

/** Milliseconds after which a step that found a guard stuck is tried again: by then its dead holder may be reaped. */
const AGAIN = 1;

/** Does `step` now, or when the dead holder of a guard that it needs has been seen to: see `GuardStuck`. */
export function patiently(step: () => void): void {
  try {
    step();
  } catch (error) {
    if (!(error instanceof GuardStuck)) throw error;
    setTimeout(() => patiently(step), AGAIN);
  }
}
