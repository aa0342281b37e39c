/** asCompleted: futures in the order in which they are done. */
import { FutureTimeoutError } from "../errors/errors.ts";
import { checkWait, deadlineOf, type WaitOptions } from "../parking/deadline.ts";
import type { Future } from "./future.ts";
import { Watch } from "./watch.ts";

const VERB = "iterate over futures";

/**
 * A future that is done: `result()` and `exception()` don't wait. In `for await` its type leaves `then` out, since
 * TypeScript would take what the loop hands out for its result.
 */
export type DoneFuture<T> = Omit<Future<T>, "then" | "catch" | "finally">;

/** Futures as they are done: `for … of` blocks, `for await … of` does not. Each is handed out once, then dropped. */
export interface CompletedFutures<T> extends Iterable<Future<T>>, AsyncIterable<DoneFuture<T>> {}

/**
 * Hands out futures as they are done, failed and cancelled ones too. The call does not block; `for … of` over what it
 * returns does, `for await … of` is its twin.
 * @param futures given twice, one counts once
 * @param options.timeout milliseconds from the call on in which all must be done
 * @param options.signal ends `for await` when it aborts; a loop that blocks does not see it
 * @throws FutureTimeoutError (FUTURE_TIMEOUT), in the loop, when the time was up; `signal.reason`, in `for await`, when
 *   aborted
 * @throws TypeError, RangeError (INVALID_ARGUMENT, INVALID_OPTIONS, INVALID_TIMEOUT, INVALID_SIGNAL)
 * @throws BlockingError (BLOCKING_NOT_ALLOWED), in `for`, where this thread must not block
 *
 * @example
 * ```ts run
 * import { asCompleted, sleep, ThreadPoolExecutor } from "threadkit";
 * using pool = new ThreadPoolExecutor(2);
 * const nap = (ms: number) => (sleep(ms), ms);
 * const order: number[] = [];
 * for (const future of asCompleted([pool.submit(nap, 900), pool.submit(nap, 1)])) order.push(future.result());
 * console.log(order); // [ 1, 900 ]
 * ```
 */
export function asCompleted<T>(futures: Iterable<Future<T>>, options?: WaitOptions): CompletedFutures<T> {
  const { timeout, signal } = checkWait(options, VERB);
  const deadline = deadlineOf(timeout);
  const all = new Watch(futures, VERB);
  const total = all.pending.size;
  /** Done, and not handed out yet. */
  const ready: Future<T>[] = [];
  const late = () =>
    new FutureTimeoutError(
      `cannot hand out the next future: ${all.pending.size} of ${total} were not done when the time was up. Wait longer, or cancel them.`,
    );
  const ended = (error: unknown): never => {
    all.end();
    throw error;
  };
  return {
    *[Symbol.iterator]() {
      try {
        for (;;) {
          ready.push(...all.take());
          while (ready.length > 0) yield ready.shift() as Future<T>;
          if (all.pending.size === 0) return;
          if (!all.block(deadline, VERB, "each with `for await`")) throw late();
        }
      } finally {
        all.end();
      }
    },
    [Symbol.asyncIterator]() {
      // By hand: an async generator would await the futures that it yields.
      return {
        async next(): Promise<IteratorResult<DoneFuture<T>>> {
          if (signal?.aborted) ended(signal.reason);
          if (ready.length === 0) ready.push(...all.take());
          while (ready.length === 0 && all.pending.size > 0) {
            if (!(await all.next(deadline, signal).catch(ended))) throw ended(late());
            ready.push(...all.take());
          }
          const future = ready.shift();
          if (future !== undefined) return { done: false, value: future };
          all.end();
          return { done: true, value: undefined };
        },
        async return(): Promise<IteratorResult<DoneFuture<T>>> {
          all.end();
          return { done: true, value: undefined };
        },
      };
    },
  };
}
