/**
 * A worker that waits for a task of its own pool runs it, if nobody has begun: so tasks may wait for tasks in a pool
 * of any size. The pool's worker says how.
 */

export interface Helper {
  /** Runs the task here and now. True: it is done. */
  now(at: number): boolean;
  /** Has the task run on a later turn of this event loop, if nobody has begun it by then. */
  later(at: number): void;
  /** Blocks in `wait`, for a task that could not be run here: the pool may have another worker meanwhile. */
  blocked<T>(at: number, wait: () => T): T;
}

const NOBODY: Helper = { now: () => false, later: () => {}, blocked: (_at, wait) => wait() };

/** Of the pool whose worker this thread is. */
export let helper: Helper = NOBODY;

export function setHelper(own: Helper | undefined): void {
  helper = own ?? NOBODY;
}
