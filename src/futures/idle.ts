/**
 * A worker without work.
 *
 * One idle worker is the sentinel: it wakes up by itself every millisecond while the pool is at work, and for a while
 * after. So who submits need not wake anybody if those at work will be through in no time (see `isBrief` in pool.ts),
 * which saves a wake-up, 5–10 µs, for each small task.
 */
import { add, compareExchange, load, store, sub } from "#atomics";
import { words } from "../memory/arena.ts";
import { deadlineOf } from "../parking/deadline.ts";
import { GONE } from "../parking/layout.ts";
import type { Steps } from "../parking/park.ts";
import { parkSync } from "../parking/park.ts";
import { ident } from "../parking/realm.ts";
import { hasWork } from "./pool.ts";
import { isOpen, P_IDLE, P_QUEUE, P_SENTINEL, P_TASKS } from "./pool-words.ts";

/** True: look for work, or at the pool's flags; false: the time was up. */
export function* idleSteps(pool: number): Steps<boolean> {
  const outcome = yield {
    queue: pool + P_QUEUE,
    mustWait: () => {
      // In this order: who submits pushes first and looks at the count then.
      add(words, pool + P_IDLE, 1);
      if (!hasWork(pool) && isOpen(pool)) return true;
      sub(words, pool + P_IDLE, 1);
      return false;
    },
    onLeave: () => void sub(words, pool + P_IDLE, 1),
  };
  return outcome !== GONE;
}

/** Milliseconds between two looks of the sentinel, and how long it goes on after the last task. */
const STEP = 1;
const LINGER = 20;
const WHAT = "wait for tasks";

/** Sleeps until there is something to do (true), for `limit` milliseconds at most. */
export function sleepIdle(pool: number, limit: number): boolean {
  const deadline = deadlineOf(limit);
  return keepWatch(pool, deadline) || parkSync(idleSteps(pool), deadline, WHAT, "");
}

let watched = false;
/**
 * Has this worker been the sentinel since it was last asked? Then others may have relied on it for more tasks than the
 * one that it takes: it has to see to the rest, and to the next sentinel.
 */
export function hasWatched(): boolean {
  const was = watched;
  watched = false;
  return was;
}

/** As the sentinel, if there is none. */
function keepWatch(pool: number, deadline: number): boolean {
  if (compareExchange(words, pool + P_SENTINEL, 0, ident) !== 0) return false;
  watched = true;
  try {
    let until = performance.now() + LINGER;
    for (let now = performance.now(); now < until && now < deadline; now = performance.now()) {
      if (parkSync(idleSteps(pool), Math.min(deadline, now + STEP), WHAT, "") || hasWork(pool)) return true;
      if (load(words, pool + P_TASKS) > 0) until = performance.now() + LINGER;
    }
    return false;
  } finally {
    store(words, pool + P_SENTINEL, 0);
  }
}
