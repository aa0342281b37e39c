/** stopRequested: what a running task sees of a wish that it end. */
import { currentTask } from "./run-task.ts";
import { isStopping } from "./words.ts";

/**
 * Has somebody asked the task that runs in the calling thread to end: by `requestStop()` of its future, by the signal
 * or the timeout that it was submitted with? It reads one word of shared memory, so it may stand in a tight loop.
 * False outside of tasks. Does not block.
 *
 * @example
 * ```ts run
 * import { sleepAsync, stopRequested, ThreadPoolExecutor } from "threadkit";
 * using pool = new ThreadPoolExecutor(1);
 * const spin = pool.submit(() => {
 *   while (!stopRequested());
 *   return "stopped";
 * });
 * while (!spin.running()) await sleepAsync(1);
 * spin.requestStop();
 * console.log(await spin); // stopped
 * ```
 */
export function stopRequested(): boolean {
  const task = currentTask();
  return task !== 0 && isStopping(task);
}
