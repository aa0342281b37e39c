/** SubmittingPool: a pool seen through options for what is submitted. */
import { kInspect, type SharedObject } from "../memory/handle.ts";
import type { Sendable, SendableItems, SendableResult } from "../transfer/sendable.ts";
import { kSubmitChunk } from "./doors.ts";
import type { Iterables } from "./executor.ts";
import type { Future } from "./future.ts";
import { type FutureResults, type MapOptions, mapTasks } from "./map.ts";
import { type How, submitTask, submitTaskAsync } from "./submit.ts";
import type { Task } from "./task.ts";
import { CHUNK } from "./words.ts";

/** A ThreadPoolExecutor, as far as this file needs it: that one makes these. */
interface Pool extends SharedObject {
  readonly maxWorkers: number;
  [kInspect](): string;
}

/** A pool with options for what is submitted; see `ThreadPoolExecutor.with`, which makes it. */
export class SubmittingPool {
  readonly #pool: Pool;
  readonly #how: How;

  /** @internal */
  constructor(pool: Pool, how: How) {
    this.#pool = pool;
    this.#how = how;
  }

  /**
   * Has `fn(...args)` run with these options. Blocks only if the pool has a `maxQueue` that is reached; twin:
   * `submitAsync`.
   * @throws like `ThreadPoolExecutor.submit`
   */
  submit<A extends readonly unknown[], R>(
    fn: (...args: A) => SendableResult<R>,
    ...args: Sendable<readonly [...A]>
  ): Future<Awaited<R>> {
    return submitTask(this.#pool, this.#how, fn as Task, args) as Future<Awaited<R>>;
  }

  /** The same, awaiting room in the queue instead of blocking. Twin: `submit`. @throws like `submit` */
  submitAsync<A extends readonly unknown[], R>(
    fn: (...args: A) => SendableResult<R>,
    ...args: Sendable<readonly [...A]>
  ): Promise<{ future: Future<Awaited<R>> }> {
    return submitTaskAsync(this.#pool, this.#how, fn as Task, args) as Promise<{
      future: Future<Awaited<R>>;
    }>;
  }

  /** Calls `fn` with each item, as `Executor.map` does, with these options for each task. @throws like `Executor.map` */
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
    return mapTasks(this, this.#pool.maxWorkers, fn as never, rest) as FutureResults<never>;
  }

  /** @internal */
  [kSubmitChunk](fn: Task, items: readonly (readonly unknown[])[]): Future<unknown> {
    return submitTask(this.#pool, this.#how, fn, items, CHUNK);
  }

  /** @internal */
  [kInspect](): string {
    return `SubmittingPool { ${this.#pool[kInspect]()} }`;
  }
}
