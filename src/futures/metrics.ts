/** What a pool has done, and does. */
import { load } from "#atomics";
import { cover, words } from "../memory/arena.ts";
import { P_CANCELLED, P_FAILED, P_FINISHED, P_IDLE, P_TASKS, P_TIMES, P_WORKERS } from "./pool-words.ts";
import { type Percentiles, percentiles, RUN, WAIT } from "./times.ts";

/** What a pool has done, and does; see `ThreadPoolExecutor.metrics`. */
export interface PoolMetrics {
  /** Tasks that nobody has begun. */
  readonly queued: number;
  /** Tasks that a worker has begun and not ended. */
  readonly running: number;
  /** Tasks that have a result. */
  readonly finished: number;
  /** Tasks that threw, or whose worker died. */
  readonly failed: number;
  /** Tasks that were cancelled before they began. */
  readonly cancelled: number;
  /** Workers that there are now. */
  readonly workers: number;
  /** Workers that have nothing to do. */
  readonly idle: number;
  /** From submit to begin, to about 12 %. */
  readonly waitTime: Percentiles;
  /** From begin to end, to about 12 %. */
  readonly runTime: Percentiles;
}

export function poolMetrics(pool: number): PoolMetrics {
  cover(pool + P_TIMES);
  const read = (place: number) => load(words, pool + place);
  const workers = read(P_WORKERS);
  const idle = Math.min(workers, read(P_IDLE));
  const tasks = read(P_TASKS);
  const running = Math.min(tasks, workers - idle);
  return {
    queued: tasks - running,
    running,
    finished: read(P_FINISHED),
    failed: read(P_FAILED),
    cancelled: read(P_CANCELLED),
    workers,
    idle,
    waitTime: percentiles(words[pool + P_TIMES], WAIT),
    runTime: percentiles(words[pool + P_TIMES], RUN),
  };
}
