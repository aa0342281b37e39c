/** ThreadPoolExecutor: threads that run what is submitted. */
import { or } from "#atomics";
import { RuntimeError } from "../errors/errors.ts";
import { release } from "../memory/allocator.ts";
import { words } from "../memory/arena.ts";
import { adopt, defineKind, isAdopting, kAt, kInspect } from "../memory/handle.ts";
import { Kind } from "../memory/layout.ts";
import { checkBlocking } from "../parking/park.ts";
import type { Event } from "../sync/event.ts";
import { beforeLastCall } from "../threading/endings.ts";
import { heedExit } from "../threading/exit.ts";
import type { Sendable, SendableResult } from "../transfer/sendable.ts";
import { kSubmitChunk } from "./doors.ts";
import { Executor } from "./executor.ts";
import type { Future } from "./future.ts";
import { furnish } from "./make-pool.ts";
import { type PoolMetrics, poolMetrics } from "./metrics.ts";
import { checkOver, queued, wakeAllIdle } from "./pool.ts";
import {
  checkPool,
  checkShutdown,
  type InitargsNeeded,
  type SubmitOptions,
  type ThreadPoolOptions,
} from "./pool-options.ts";
import { isBroken, isShutDown, P_FLAGS, P_MAX, P_OVER, POOL_WORDS, SHUT_DOWN } from "./pool-words.ts";
import { isWorkerOf } from "./pool-worker.ts";
import "./robust-pool.ts";
import { cancel } from "./settle.ts";
import { checkSubmit, PLAIN, submitTask, submitTaskAsync } from "./submit.ts";
import { SubmittingPool } from "./submitting-pool.ts";
import type { Task } from "./task.ts";
import { CHUNK } from "./words.ts";

/**
 * A pool of threads. `submit` returns at once with a future; workers take tasks by priority, then in the order
 * submitted. Workers start when they are needed, stay for a while when they are not, and never hold the process;
 * queued and running tasks do.
 *
 * What happened before `submit` happens before the task, and that before what its future lets through. A handle can be
 * used from any thread, also from the pool's own tasks: one that waits for another runs it if nobody has begun it.
 *
 * @example
 * ```ts run
 * import { ThreadPoolExecutor } from "threadkit";
 * const isPrime = (n: number) => {
 *   for (let d = 2; d * d <= n; d++) if (n % d === 0) return false;
 *   return n > 1;
 * };
 * const pool = new ThreadPoolExecutor(2);
 * const one = pool.submit(isPrime, 97);
 * console.log(await one); // true
 * console.log([...pool.map(isPrime, [7, 8, 9])]); // [ true, false, false ]
 * pool.shutdown();
 * ```
 */
export class ThreadPoolExecutor<I extends readonly unknown[] = readonly unknown[]> extends Executor {
  /**
   * @param options a number of workers, or an object
   * @throws RangeError, TypeError (INVALID_OPTIONS)
   * @throws CaptureError (CANNOT_CROSS) when the initializer or its arguments can't cross
   */
  constructor(options?: (ThreadPoolOptions<I> & InitargsNeeded<I>) | number) {
    const born = !isAdopting();
    const checked = born ? checkPool(options) : undefined;
    super(Kind.Pool, POOL_WORDS);
    if (checked === undefined) return;
    furnish(this, checked);
    heedExit();
    // Idle workers sleep until then.
    beforeLastCall(() => this.shutdown({ wait: false, cancelFutures: true }));
  }

  /**
   * Has `fn(...args)` run in a worker. `fn` is shipped like a thread's target, with what it captures as it is now.
   * Blocks only if the pool has a `maxQueue` that is reached; twin: `submitAsync`.
   * @returns the future of what it returns, or of what its promise resolves to
   * @throws CaptureError (CANNOT_CROSS) when the function, an argument or a captured value can't cross
   * @throws RuntimeError (POOL_SHUT_DOWN) after `shutdown()`, and when the process is ending
   * @throws BrokenThreadPoolError (POOL_BROKEN) if the initializer failed
   * @throws TypeError (INVALID_ARGUMENT) if `fn` is no function
   * @throws BlockingError (BLOCKING_NOT_ALLOWED) if it would have to wait where this thread must not block
   */
  submit<A extends readonly unknown[], R>(
    fn: (...args: A) => SendableResult<R>,
    ...args: Sendable<readonly [...A]>
  ): Future<Awaited<R>> {
    return submitTask(this, PLAIN, fn as Task, args) as Future<Awaited<R>>;
  }

  /**
   * The same, awaiting room in the queue instead of blocking. Twin: `submit`.
   * @returns the future, in an object: a promise of a future would wait for its result
   * @throws like `submit`
   */
  submitAsync<A extends readonly unknown[], R>(
    fn: (...args: A) => SendableResult<R>,
    ...args: Sendable<readonly [...A]>
  ): Promise<{ future: Future<Awaited<R>> }> {
    return submitTaskAsync(this, PLAIN, fn as Task, args) as Promise<{ future: Future<Awaited<R>> }>;
  }

  /**
   * The same pool with other ways to submit: a priority, a signal, a time after which the task is asked to stop.
   * A task that has not begun then is cancelled; one that runs sees it by `stopRequested()`. Does not block.
   * @throws RangeError, TypeError (INVALID_OPTIONS, INVALID_TIMEOUT, INVALID_SIGNAL)
   */
  with(options: SubmitOptions): SubmittingPool {
    return new SubmittingPool(this, checkSubmit(options));
  }

  /**
   * Takes nothing more. Queued tasks still run. Idempotent. Blocks with `wait`; twin: `shutdownAsync`.
   * @param options.wait false: returns at once. Default: until all tasks are over and all workers have ended
   * @param options.cancelFutures true: what has not begun is cancelled
   * @throws RuntimeError (JOIN_SELF) with `wait` in one of its own workers
   * @throws BlockingError (BLOCKING_NOT_ALLOWED) with `wait` where this thread must not block; it is shut down then
   * @throws TypeError (INVALID_OPTIONS)
   */
  shutdown(options?: { wait?: boolean; cancelFutures?: boolean }): void {
    if (!beginShutdown(this[kAt], options)) return;
    const over = overEvent(this[kAt]);
    if (!over.isSet()) checkBlocking("wait for the shutdown of the pool", "shutdownAsync()");
    over.wait();
  }

  /** The same without blocking. Twin: `shutdown`. @throws like `shutdown` */
  async shutdownAsync(options?: { wait?: boolean; cancelFutures?: boolean }): Promise<void> {
    if (beginShutdown(this[kAt], options)) await overEvent(this[kAt]).waitAsync();
  }

  /** @internal The function is shipped once for all tasks of a `map`. */
  override [kSubmitChunk](fn: Task, items: readonly (readonly unknown[])[]): Future<unknown> {
    // A subclass may have a `submit` of its own.
    if (this.submit !== submit) return super[kSubmitChunk](fn, items);
    return submitTask(this, PLAIN, fn, items, CHUNK);
  }

  /** Most workers at a time. */
  get maxWorkers(): number {
    return words[this[kAt] + P_MAX];
  }

  /** Counts of tasks and workers, and how long tasks waited and ran. Each is right at its moment; together they may not add up. */
  get metrics(): PoolMetrics {
    return poolMetrics(this[kAt]);
  }

  protected override parallelism(): number {
    return this.maxWorkers;
  }

  /** @internal */
  [kInspect](): string {
    const { queued, running, workers } = this.metrics;
    const state = isBroken(this[kAt]) ? ", broken" : isShutDown(this[kAt]) ? ", shut down" : "";
    return `${this.constructor.name} { ${workers} of ${this.maxWorkers} workers, ${running} running, ${queued} queued${state} }`;
  }
}

function overEvent(at: number): Event {
  return adopt(Kind.Event, words[at + P_OVER]) as Event;
}

/** True: its end is to be waited for. */
function beginShutdown(at: number, options: { wait?: boolean; cancelFutures?: boolean } = {}): boolean {
  const { wait, cancelFutures } = checkShutdown(options);
  if (wait && isWorkerOf(at)) {
    throw new RuntimeError(
      "JOIN_SELF",
      "cannot wait for the shutdown of the pool: the calling thread is one of its workers, which would wait for itself. Give { wait: false }.",
    );
  }
  or(words, at + P_FLAGS, SHUT_DOWN);
  if (cancelFutures) {
    for (const task of queued(at)) {
      cancel(task);
      release(task);
    }
  }
  wakeAllIdle(at);
  checkOver(at);
  return wait;
}

/** The pool's own, to tell it from a subclass's. */
const { submit } = ThreadPoolExecutor.prototype;

defineKind(Kind.Pool, ThreadPoolExecutor as never);
