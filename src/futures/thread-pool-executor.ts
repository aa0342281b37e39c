/** ThreadPoolExecutor: threads that run what is submitted. */
import { load, or } from "#atomics";
import { describe, RuntimeError, typeError } from "../errors/errors.ts";
import { allocate, release, retain } from "../memory/allocator.ts";
import { words } from "../memory/arena.ts";
import { storeFloat } from "../memory/float.ts";
import { adopt, defineKind, isAdopting, kAt, kInspect } from "../memory/handle.ts";
import { H_EXITING, H_POOL_COUNT, Kind } from "../memory/layout.ts";
import { storeText } from "../memory/text.ts";
import { checkSignal, checkTimeout } from "../parking/deadline.ts";
import { Event } from "../sync/event.ts";
import { Semaphore } from "../sync/semaphore.ts";
import { holdForThreads } from "../threading/exit.ts";
import { packHeld } from "../threading/held-code.ts";
import { supervisorSoon } from "../threading/watch.ts";
import { brokenError, failQueued, isBroken } from "./broken.ts";
import { kMake } from "./doors.ts";
import { Executor } from "./executor.ts";
import { Future } from "./future.ts";
import { type FutureResults, type MapOptions, mapTasks } from "./map.ts";
import { type PoolMetrics, poolMetrics } from "./metrics.ts";
import { checkOver, push, queued, wakeAllIdle } from "./pool.ts";
import { checkPool, laneOf, type SubmitOptions, type ThreadPoolOptions } from "./pool-options.ts";
import {
  EXTRA_SEATS,
  P_FLAGS,
  P_IDLE_TIME,
  P_INIT,
  P_LIMITS,
  P_MAX,
  P_OVER,
  P_PREFIX,
  P_ROOM,
  P_SEATS,
  P_TASKS_EACH,
  P_TIMES,
  POOL_WORDS,
  SHUT_DOWN,
} from "./pool-words.ts";
import { isWorkerOf, runOne, startWorker } from "./pool-worker.ts";
import "./robust-pool.ts";
import { mayGrow } from "./seats.ts";
import { cancel } from "./settle.ts";
import { packTask, type Task } from "./task-code.ts";
import { makeTimes } from "./times.ts";
import { clock, F_STATE, F_TIME, laneBits } from "./words.ts";

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
export class ThreadPoolExecutor extends Executor {
  /**
   * @param options a number of workers, or an object
   * @throws RangeError, TypeError (INVALID_OPTIONS)
   * @throws CaptureError (CANNOT_CROSS) when the initializer or its arguments can't cross
   */
  constructor(options?: ThreadPoolOptions | number) {
    const born = !isAdopting();
    const checked = born ? checkPool(options) : undefined;
    super(Kind.Pool, POOL_WORDS);
    if (checked !== undefined) furnish(this, checked);
  }

  /**
   * Has `fn(...args)` run in a worker. `fn` is shipped like a thread's target, with what it captures as it is now.
   * Blocks only if the pool has a `maxQueue` that is reached; twin: `submitAsync`.
   * @returns the future of what it returns, or of what its promise resolves to
   * @throws CaptureError (CANNOT_CROSS) when the function, an argument or a captured value can't cross
   * @throws RuntimeError (POOL_SHUT_DOWN) after `shutdown()`, and when the process is ending
   * @throws BrokenThreadPoolError (POOL_BROKEN) if the initializer failed
   */
  submit<A extends readonly unknown[], R>(fn: (...args: A) => R, ...args: A): Future<Awaited<R>> {
    return submitTask(this, PLAIN, fn as Task, args) as Future<Awaited<R>>;
  }

  /** The same, awaiting room in the queue instead of blocking. Twin: `submit`. @throws like `submit` */
  async submitAsync<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    ...args: A
  ): Promise<{ future: Future<Awaited<R>> }> {
    return { future: (await submitTaskAsync(this, PLAIN, fn as Task, args)) as Future<Awaited<R>> };
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
   */
  shutdown(options?: { wait?: boolean; cancelFutures?: boolean }): void {
    if (beginShutdown(this[kAt], options)) overEvent(this[kAt]).wait();
  }

  /** The same without blocking. Twin: `shutdown`. */
  async shutdownAsync(options?: { wait?: boolean; cancelFutures?: boolean }): Promise<void> {
    if (beginShutdown(this[kAt], options)) await overEvent(this[kAt]).waitAsync();
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
    const state = isBroken(this[kAt])
      ? ", broken"
      : load(words, this[kAt] + P_FLAGS) & SHUT_DOWN
        ? ", shut down"
        : "";
    return `${this.constructor.name} { ${workers} of ${this.maxWorkers} workers, ${running} running, ${queued} queued${state} }`;
  }
}

/** A pool with options for what is submitted; see `ThreadPoolExecutor.with`. */
export class SubmittingPool {
  readonly #pool: ThreadPoolExecutor;
  readonly #how: How;

  /** @internal */
  constructor(pool: ThreadPoolExecutor, how: How) {
    this.#pool = pool;
    this.#how = how;
  }

  /** Like `ThreadPoolExecutor.submit`. */
  submit<A extends readonly unknown[], R>(fn: (...args: A) => R, ...args: A): Future<Awaited<R>> {
    return submitTask(this.#pool, this.#how, fn as Task, args) as Future<Awaited<R>>;
  }

  /** Like `Executor.map`. */
  map<T, R>(fn: (item: T) => R, items: Iterable<T>, options?: MapOptions): FutureResults<Awaited<R>> {
    const rest = options === undefined ? [items] : [items, options];
    return mapTasks(this, this.#pool.maxWorkers, fn as never, rest) as FutureResults<Awaited<R>>;
  }
}

interface How {
  readonly lane: number;
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
}
const PLAIN: How = { lane: laneOf(undefined), timeout: Number.POSITIVE_INFINITY, signal: undefined };

function checkSubmit(options: unknown): How {
  if (typeof options !== "object" || options === null) {
    throw typeError(
      "INVALID_OPTIONS",
      `cannot submit: the options are ${describe(options)}. Give an object such as { priority: 1 }.`,
    );
  }
  const { priority, timeout, signal } = options as SubmitOptions;
  return {
    lane: laneOf(priority),
    timeout: checkTimeout(timeout, "submit"),
    signal: checkSignal(signal, "submit"),
  };
}

function furnish(pool: ThreadPoolExecutor, checked: ReturnType<typeof checkPool>): void {
  const at = pool[kAt];
  const { initializer, initargs, threadNamePrefix, resourceLimits } = checked.options;
  words[at + P_MAX] = checked.maxWorkers;
  words[at + P_SEATS] = allocate(Kind.Store, checked.maxWorkers + EXTRA_SEATS);
  words[at + P_TASKS_EACH] = checked.maxTasks;
  words[at + P_TIMES] = makeTimes();
  storeFloat(at + P_IDLE_TIME, checked.idleTimeout);
  const prefix = threadNamePrefix || `ThreadPoolExecutor-${words[H_POOL_COUNT]++}`;
  words[at + P_PREFIX] = storeText(prefix);
  words[at + P_OVER] = kept(new Event());
  if (checked.maxQueue > 0) words[at + P_ROOM] = kept(new Semaphore(checked.maxQueue));
  const remedy = "Make it inside the initializer.";
  if (initializer !== undefined) {
    const init = { initializer, initargs: initargs ?? [] };
    words[at + P_INIT] = packHeld(init, "the initializer of a pool", pool, remedy);
  }
  if (resourceLimits !== undefined)
    words[at + P_LIMITS] = packHeld(resourceLimits, "the resourceLimits of a pool", pool, remedy);
}

function kept(object: Event | Semaphore): number {
  retain(object[kAt]);
  return object[kAt];
}

function overEvent(at: number): Event {
  return adopt(Kind.Event, words[at + P_OVER]) as Event;
}

/** 1. May it be submitted? 2. Pack it. 3. Room. 4. In. */
function submitTask(pool: ThreadPoolExecutor, how: How, fn: Task, args: readonly unknown[]): Future<unknown> {
  const at = pool[kAt];
  checkOpen(at, fn);
  const future = packed(pool, how, fn, args);
  if (words[at + P_ROOM] !== 0) waitForRoom(at);
  return enter(at, future, how);
}

async function submitTaskAsync(
  pool: ThreadPoolExecutor,
  how: How,
  fn: Task,
  args: readonly unknown[],
): Promise<Future<unknown>> {
  const at = pool[kAt];
  checkOpen(at, fn);
  const future = packed(pool, how, fn, args);
  if (words[at + P_ROOM] !== 0) await (adopt(Kind.Semaphore, words[at + P_ROOM]) as Semaphore).acquireAsync();
  return enter(at, future, how);
}

function checkOpen(at: number, fn: unknown): void {
  if (isBroken(at)) throw brokenError(at);
  if (load(words, at + P_FLAGS) & SHUT_DOWN || words[H_EXITING] !== 0) {
    throw new RuntimeError(
      "POOL_SHUT_DOWN",
      `cannot submit to the pool: ${words[H_EXITING] !== 0 ? "the process is ending" : "it was shut down"}. Submit before, or make a new pool.`,
    );
  }
  if (typeof fn !== "function") {
    throw typeError(
      "INVALID_ARGUMENT",
      `cannot submit: what it shall run is ${describe(fn)}. Give a function, then its arguments.`,
    );
  }
}

function packed(pool: ThreadPoolExecutor, how: How, fn: Task, args: readonly unknown[]): Future<unknown> {
  const future = Future[kMake]<unknown>();
  const at = future[kAt];
  words[at + F_STATE] = laneBits(how.lane);
  try {
    packTask(at, fn, args, pool);
  } catch (error) {
    cancel(at);
    throw error;
  }
  return future;
}

/** A worker of a full pool that submits to it runs a queued task meanwhile: nobody else may be left to make room. */
function waitForRoom(at: number): void {
  const room = adopt(Kind.Semaphore, words[at + P_ROOM]) as Semaphore;
  while (room.acquire({ blocking: false }) === null) {
    if (!isWorkerOf(at) || !runOne(at)) {
      room.acquire();
      return;
    }
  }
}

function enter(pool: number, future: Future<unknown>, how: How): Future<unknown> {
  const at = future[kAt];
  words[at + F_TIME] = clock();
  supervisorSoon();
  const woken = push(pool, at);
  holdForThreads();
  if (!woken && mayGrow(pool)) startWorker(pool);
  if (isBroken(pool)) failQueued(pool);
  if (how !== PLAIN) watch(future, how);
  return future;
}

/** Asks it to stop on its signal and when its time is up. */
function watch(future: Future<unknown>, { timeout, signal }: How): void {
  if (signal === undefined && timeout === Number.POSITIVE_INFINITY) return;
  const stop = () => void future.requestStop();
  if (signal?.aborted) {
    stop();
    return;
  }
  const timer = timeout === Number.POSITIVE_INFINITY ? undefined : setTimeout(stop, timeout);
  signal?.addEventListener("abort", stop, { once: true });
  future.addDoneCallback(() => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  });
}

/** True: its end is to be waited for. */
function beginShutdown(at: number, options: { wait?: boolean; cancelFutures?: boolean } = {}): boolean {
  const { wait = true, cancelFutures = false } = options;
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

defineKind(Kind.Pool, ThreadPoolExecutor as never);
