/**
 * The words of a pool.
 *
 * Tasks are futures. A submitted one is pushed on P_INBOX, a stack, by one compare-exchange; a worker that looks for
 * work takes the whole stack under the guard, sorts it into lanes by priority, oldest first, and takes the first. So
 * to submit never waits for workers, and they take turns. (An unbounded MPSC stack before a consumers' list, as in
 * the inbox of an actor.)
 *
 * Where a task is, is in its own words: a lane is linked by F_LINK from its head, one store makes a task part of it or
 * takes it out, and tails follow from heads. A stack that was taken and is not yet sorted is in nobody's words but its
 * tasks' F_SORTED: from these `mend` finds them when the sorter was killed.
 */
import { load } from "#atomics";
import { words } from "../memory/arena.ts";
import { QUEUE_WORDS } from "../parking/layout.ts";
import { LANES } from "./words.ts";

/** Idle workers. Its guard protects the lanes. */
export const P_QUEUE = 0;
export const P_INBOX = QUEUE_WORDS;
/** Idle workers in line, or about to be. */
export const P_IDLE = 5;
/**
 * flag        meaning                                                         who sets it; nobody clears it
 * SHUT_DOWN   nothing more is taken, what is queued still runs                shutdown()
 * BROKEN      a worker failed before its first task: what is queued fails     that worker, or the supervisor if it died
 */
export const P_FLAGS = 6;
export const SHUT_DOWN = 1;
export const BROKEN = 2;
/** Tasks that are queued or run. While it is above zero the pool has a reference, and the process is held. */
export const P_TASKS = 7;
/** Taken seats, seats, and the block of them (seats.ts): idents of workers; below zero: of who is starting one; 0: free. */
export const P_WORKERS = 8;
export const P_MAX = 9;
export const P_SEATS = 10;
/** Number of the last worker, and the text that their names begin with. */
export const P_SERIAL = 11;
export const P_PREFIX = 12;
/** Messages, 0: none. What workers run first; why that failed. */
export const P_INIT = 13;
export const P_ERROR = 14;
/** Milliseconds after which an idle worker ends, a double in two words. */
export const P_IDLE_TIME = 15;
/** Blocks with references: a Semaphore for room in the queue, 0: no bound. An Event: it is shut down and all is over. */
export const P_ROOM = 17;
export const P_OVER = 18;
/** Tasks after which a worker makes way for a new one, 0: never. */
export const P_TASKS_EACH = 19;
/** Message with limits of its workers, 0: none. */
export const P_LIMITS = 20;
/** Head and tail of each lane. */
export const P_LANES = 21;
/** Tasks by how they ended, and the block with the histograms. */
export const P_FINISHED = P_LANES + 2 * LANES;
export const P_FAILED = P_FINISHED + 1;
export const P_CANCELLED = P_FINISHED + 2;
export const P_TIMES = P_FINISHED + 3;
/** Workers that are blocked by a task of this very pool: as many more may be started. Seats that there are for them. */
export const P_BLOCKED = P_FINISHED + 4;
export const EXTRA_SEATS = 64;
/** Ident of the idle worker that looks for work every millisecond, 0: none. See idle.ts. */
export const P_SENTINEL = P_FINISHED + 5;
/** Run time of tasks of late, in sixteenths of a microsecond. A guess: whoever runs one writes it, without care for others. */
export const P_PACE = P_FINISHED + 6;
export const POOL_WORDS = P_FINISHED + 7;

/** Neither shut down nor broken. */
export function isOpen(pool: number): boolean {
  return load(words, pool + P_FLAGS) === 0;
}

export function isShutDown(pool: number): boolean {
  return (load(words, pool + P_FLAGS) & SHUT_DOWN) !== 0;
}

export function isBroken(pool: number): boolean {
  return (load(words, pool + P_FLAGS) & BROKEN) !== 0;
}
