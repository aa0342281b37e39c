/// <reference lib="esnext.disposable" preserve="true" />
/** Executor: what runs functions elsewhere and hands out futures. */
import { SharedObject } from "../memory/handle.ts";
import { Kind } from "../memory/layout.ts";
import type { SendableItems, SendableResult } from "../transfer/sendable.ts";
import { runChunk, runChunkAsync } from "./chunk.ts";
import { kSubmitChunk } from "./doors.ts";
import type { Future } from "./future.ts";
import { type FutureResults, type MapOptions, mapTasks } from "./map.ts";
import { isAsyncFunction, type Task } from "./task.ts";

/** What a parameter list of several iterables is, for functions that take an item of each. */
export type Iterables<T extends readonly unknown[]> = { [K in keyof T]: Iterable<T[K]> };

/**
 * The base of executors: `submit` is theirs, `map` and the ways to leave it are made of it. Whoever writes one sees to it
 * that what happened before `submit` happens before the task, and that before what its future lets through.
 *
 * @example
 * ```ts run
 * import { Executor, Future } from "threadkit";
 * class InlineExecutor extends Executor {
 *   submit<A extends readonly unknown[], R>(fn: (...args: A) => R, ...args: A): Future<Awaited<R>> {
 *     const future = new Future<Awaited<R>>();
 *     future.setResult(fn(...args) as Awaited<R>);
 *     return future;
 *   }
 *   shutdown() {}
 *   async shutdownAsync() {}
 * }
 * const executor = new InlineExecutor();
 * console.log([...executor.map((n: number) => n * n, [1, 2, 3])]); // [ 1, 4, 9 ]
 * ```
 */
export abstract class Executor extends SharedObject implements Disposable, AsyncDisposable {
  /** @internal */
  constructor(kind: Kind = Kind.Free, size = 0) {
    super(kind, size);
  }

  /** Has `fn(...args)` run, some time from now on. @returns the future of its result */
  abstract submit<A extends readonly unknown[], R>(fn: (...args: A) => R, ...args: A): Future<Awaited<R>>;

  /**
   * Takes nothing more; what is queued still runs, unless it is cancelled. Blocks with `wait`; twin: `shutdownAsync`.
   * @param options.wait false: returns at once. Default: until all is over
   * @param options.cancelFutures true: what has not begun is cancelled
   * @throws BlockingError (BLOCKING_NOT_ALLOWED) with `wait` where this thread must not block
   */
  abstract shutdown(options?: { wait?: boolean; cancelFutures?: boolean }): void;
  /** The same without blocking. Twin: `shutdown`. */
  abstract shutdownAsync(options?: { wait?: boolean; cancelFutures?: boolean }): Promise<void>;

  /**
   * Calls `fn` with each item, in parallel. Items are read and submitted now, unless `buffersize` is given. Does not
   * block; to iterate over the results with `for` does, `for await` is its twin.
   * @param options.timeout milliseconds from now on in which all results must be there: else FutureTimeoutError
   * @param options.signal ends `for await` when it aborts; a loop that blocks does not see it
   * @param options.chunksize items for one task; default: so that each worker gets a few tasks
   * @param options.buffersize items that may be on their way: lazy iterables are read no further
   * @returns the results, in the order of the items. An error, a timeout or an early end cancels what has not begun
   * @throws what the executor's `submit` throws
   * @throws TypeError, RangeError (INVALID_ARGUMENT, INVALID_OPTIONS, INVALID_TIMEOUT, INVALID_SIGNAL)
   * @throws FutureTimeoutError (FUTURE_TIMEOUT), in the loop, when the time was up; what `fn` throws
   */
  map<T, R>(
    fn: (item: T) => SendableResult<R>,
    items: SendableItems<T>,
    options?: MapOptions,
  ): FutureResults<Awaited<R>>;
  map<A extends readonly [unknown, unknown, ...unknown[]], R>(
    fn: (...items: A) => SendableResult<R>,
    ...itemsAndOptions: [...Iterables<A>, MapOptions] | [...Iterables<A>]
  ): FutureResults<Awaited<R>>;
  map(fn: (...items: never[]) => unknown, ...rest: unknown[]): FutureResults<never> {
    return mapTasks(this, this.parallelism(), fn as never, rest) as FutureResults<never>;
  }

  /** How many tasks it runs at a time, for the size of chunks. */
  protected parallelism(): number {
    return 1;
  }

  /** @internal One task of a `map`: `fn` with each of `items`, which are argument lists. */
  [kSubmitChunk](fn: Task, items: readonly (readonly unknown[])[]): Future<unknown> {
    return this.submit(isAsyncFunction(fn) ? runChunkAsync : runChunk, fn, items);
  }

  /** Leaves it: what is queued still runs, and is waited for. Blocks; twin: `await using`. */
  [Symbol.dispose](): void {
    this.shutdown();
  }

  /** Leaves it as `using` does, without blocking: what `await using` calls. Twin: `using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdownAsync();
  }
}
