/** The slow path of a worker without work. */
import { add, load, sub } from "#atomics";
import { words } from "../memory/arena.ts";
import { GONE } from "../parking/layout.ts";
import type { Steps } from "../parking/park.ts";
import { hasWork } from "./pool.ts";
import { P_FLAGS, P_IDLE, P_QUEUE } from "./pool-words.ts";

/** True: look for work, or at the pool's flags; false: the time was up. */
export function* idleSteps(pool: number): Steps<boolean> {
  const outcome = yield {
    queue: pool + P_QUEUE,
    mustWait: () => {
      // In this order: who submits pushes first and looks at the count then.
      add(words, pool + P_IDLE, 1);
      if (!hasWork(pool) && load(words, pool + P_FLAGS) === 0) return true;
      sub(words, pool + P_IDLE, 1);
      return false;
    },
    onLeave: () => void sub(words, pool + P_IDLE, 1),
  };
  return outcome !== GONE;
}
