/** A pool's words, and what must be true of them when it has nothing to do. */
import { currentThread, mainThread, type ThreadPoolExecutor } from "threadkit";
import {
  BROKEN,
  P_BLOCKED,
  P_FLAGS,
  P_IDLE,
  P_INBOX,
  P_LANES,
  P_QUEUE,
  P_SEATS,
  P_TASKS,
  P_WORKERS,
} from "../../src/futures/pool-words.ts";
import { LANES } from "../../src/futures/words.ts";
import { H_LIVE } from "../../src/memory/layout.ts";
import { Q_GUARD } from "../../src/parking/layout.ts";
import { arenaWords, indexOf } from "./arena.ts";
import { until } from "./until.ts";

/** Words that are zero in a pool without tasks and without workers. */
export function poolWords(pool: object): Record<string, number> {
  const words = arenaWords();
  const at = indexOf(pool);
  const read = (place: number) => Atomics.load(words, at + place);
  let queued = 0;
  for (let lane = 0; lane < LANES; lane++) if (read(P_LANES + 2 * lane) !== 0) queued++;
  let seats = 0;
  for (let seat = read(P_SEATS), end = seat + 4; seat < end; seat++) if (words[seat] !== 0) seats++;
  return {
    tasks: read(P_TASKS),
    inbox: read(P_INBOX),
    queued,
    workers: read(P_WORKERS),
    seats,
    idle: read(P_IDLE),
    blocked: read(P_BLOCKED),
    guard: read(P_QUEUE + Q_GUARD),
    broken: read(P_FLAGS) & BROKEN,
    // In a browser the test runs in a thread, which lives too.
    live: Atomics.load(words, H_LIVE) - (currentThread() === mainThread() ? 0 : 1),
  };
}

export const EMPTY = {
  tasks: 0,
  inbox: 0,
  queued: 0,
  workers: 0,
  seats: 0,
  idle: 0,
  blocked: 0,
  guard: 0,
  broken: 0,
  live: 0,
} as const;

/** Until its workers are gone: give it a short `idleTimeout`, or shut it down. */
export async function untilEmpty(pool: ThreadPoolExecutor): Promise<void> {
  await until(
    () => Object.values(poolWords(pool)).every((word) => word === 0),
    `the pool is empty: ${JSON.stringify(poolWords(pool))}`,
  );
}
