/** Queue: items from thread to thread, in the order they were put. */
import { describe, rangeError, typeError } from "../errors/errors.ts";
import { cover } from "../memory/arena.ts";
import { defineKind, isAdopting, kAt } from "../memory/handle.ts";
import { Kind } from "../memory/layout.ts";
import { checkOptions, checkTimeout, checkWait, deadlineOf, type WaitOptions } from "../parking/deadline.ts";
import { parkSync } from "../parking/park.ts";
import { parkAsync } from "../parking/park-async.ts";
import { checkCount } from "../sync/count.ts";
import { type AcquireOptions, acquireTimeout } from "../sync/lockable.ts";
import { kKind } from "../sync/semaphore.ts";
import { kDetails, kPut, kPutAsync, kTake, kTakeAsync, PUT_VERB, QueueObject } from "./base.ts";
import { shutDown } from "./closing.ts";
import { TAKEN } from "./taking.ts";
import { endTask, joinSteps } from "./tasks.ts";
import { DROPPED, GIVEN_ROOM, MAXSIZE, OPEN, STATE, sizeNow, unfinishedNow } from "./words.ts";

const MAKE = "make a queue";
const JOIN = "join the queue";
const SHUT_DOWN = "shut the queue down";
/** Half of what the differences of its counters, words that wrap around, can be. */
const MOST = 2 ** 30;
const EVER = Number.POSITIVE_INFINITY;

/**
 * A queue that many threads put items into and take items out of: first in, first out.
 *
 * Items are values that can cross: shared objects by reference, all else is copied when it is put. What happened before
 * `put` in one thread happens before the return of the `get` that takes that item in another; what happened before
 * `taskDone` happens before the return of the `join` that it ends. Who waits is served in the order in which it came.
 *
 * @example
 * ```ts run
 * import { Queue, Thread } from "threadkit";
 * const jobs = new Queue<number>(4);
 * const results = new Queue<number>();
 * function work() {
 *   for (const n of jobs) {
 *     results.put(n * n);
 *     jobs.taskDone();
 *   }
 * }
 * const workers = [1, 2].map(() => new Thread({ target: work }).start());
 * for (let n = 1; n <= 10; n++) jobs.put(n); // waits while 4 are in it
 * jobs.join();
 * jobs.shutdown();
 * for (const worker of workers) worker.join();
 * results.shutdown();
 * let sum = 0;
 * for (const square of results) sum += square;
 * console.log(sum); // 385
 * ```
 */
export class Queue<T = unknown> extends QueueObject<T> {
  readonly #at: number;

  /** @internal */
  static readonly [kKind]: Kind = Kind.Queue;

  /**
   * @param maxsize how many items are in it at most: a whole number; absent, 0 or below: no limit
   * @throws RangeError, TypeError (INVALID_VALUE)
   */
  constructor(maxsize = 0) {
    if (!isAdopting()) checkCount(maxsize, -MOST, MOST, MAKE, "maxsize");
    super(new.target[kKind], maxsize);
    this.#at = this[kAt];
  }

  /**
   * Puts an item in, waiting while the queue is full. Blocks; twin: `putAsync`.
   *
   * @param item a shared object, which goes by reference, or any value that can cross, which is copied now
   * @param options.blocking false: try once
   * @param options.timeout milliseconds to wait at most
   * @throws QueueFullError (QUEUE_FULL) when the time was up or, without blocking, there was no room
   * @throws QueueShutDownError (QUEUE_SHUT_DOWN) when the queue was shut down, before or while waiting
   * @throws CaptureError (CANNOT_CROSS) for what can't cross
   * @throws RangeError, TypeError (INVALID_TIMEOUT, INVALID_OPTIONS)
   * @throws BlockingError (BLOCKING_NOT_ALLOWED) where this thread must not block
   */
  put(item: T, options?: AcquireOptions): void {
    this[kPut](item, options === undefined ? EVER : acquireTimeout(options, PUT_VERB));
  }

  /**
   * Puts an item in without blocking the event loop. The item is copied at the call. Twin: `put`.
   * @param options.timeout milliseconds to wait at most
   * @param options.signal ends the wait
   * @throws like `put`; rejects with `signal.reason` when aborted
   */
  putAsync(item: T, options?: WaitOptions): Promise<void> {
    return this[kPutAsync](item, options);
  }

  /**
   * Puts an item in if there is room: `put(item, { blocking: false })`. Does not block.
   * @throws QueueFullError (QUEUE_FULL), QueueShutDownError (QUEUE_SHUT_DOWN)
   */
  putNowait(item: T): void {
    this[kPut](item, 0);
  }

  /** Is there no room? By the time you know, it may be different. A queue without a limit is never full. */
  full(): boolean {
    const words = cover(this.#at);
    const maxsize = words[this.#at + MAXSIZE];
    return maxsize > 0 && sizeNow(this.#at) + words[this.#at + GIVEN_ROOM] >= maxsize;
  }

  /** How many items are in it at most; 0 or below: no limit. */
  get maxsize(): number {
    return cover(this.#at)[this.#at + MAXSIZE];
  }

  /**
   * Says that an item that was put is done: call it once for each. Does not block. The count that `join` waits for goes
   * up at `put`, so this may come before the `get`.
   * @throws RangeError (TASK_DONE_TOO_OFTEN) when all are done already
   */
  taskDone(): void {
    if (endTask(this.#at)) return;
    throw rangeError(
      "TASK_DONE_TOO_OFTEN",
      "cannot count a task as done: all items that were put are done already. Call taskDone() once for each item.",
    );
  }

  /**
   * Waits until every item that was put is done (`taskDone`). Blocks; twin: `joinAsync`.
   * @param options.timeout milliseconds to wait at most
   * @returns true; false when the time was up
   * @throws RangeError, TypeError (INVALID_TIMEOUT, INVALID_OPTIONS)
   * @throws BlockingError (BLOCKING_NOT_ALLOWED) where this thread must not block
   */
  join(options?: { timeout?: number }): boolean {
    const limit = checkTimeout(checkOptions(options, JOIN).timeout, JOIN);
    if (unfinishedNow(this.#at) === 0) return true;
    return limit !== 0 && parkSync(joinSteps(this.#at), deadlineOf(limit), JOIN, "joinAsync()");
  }

  /**
   * Resolves when every item that was put is done. Never blocks; twin: `join`.
   * @param options.timeout milliseconds to wait at most
   * @param options.signal ends the wait
   * @returns true; false when the time was up
   * @throws like `join`; rejects with `signal.reason` when aborted
   */
  async joinAsync(options?: WaitOptions): Promise<boolean> {
    const { timeout, signal } = checkWait(options, JOIN);
    signal?.throwIfAborted();
    if (unfinishedNow(this.#at) === 0) return true;
    return timeout !== 0 && (await parkAsync(joinSteps(this.#at), timeout, signal));
  }

  /**
   * Ends the queue, for good. Does not block. From now on `put` throws, also where it waits already; `get` gives what is
   * still there, and throws then.
   * @param options.immediate true: what is still there is dropped, and counts as done. Items that were taken and are
   *   not done still hold `join`
   * @throws TypeError (INVALID_OPTIONS)
   */
  shutdown(options?: { immediate?: boolean }): void {
    const { immediate } = checkOptions(options, SHUT_DOWN) as { immediate?: unknown };
    if (immediate !== undefined && typeof immediate !== "boolean")
      throw typeError(
        "INVALID_OPTIONS",
        `cannot ${SHUT_DOWN}: immediate is ${describe(immediate)}. Give true or false.`,
      );
    shutDown(this.#at, immediate === true);
  }

  /**
   * Takes items until the queue is shut down and has nothing any more; waits for each. Blocks; twin: `for await`.
   * Leaving the loop early leaves the rest where it is.
   */
  *[Symbol.iterator](): Generator<T, undefined> {
    for (;;) {
      const { outcome, value } = this[kTake](EVER);
      if (outcome !== TAKEN) return;
      yield value as T;
    }
  }

  /** The same without blocking the event loop; twin: `for … of`. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, undefined> {
    for (;;) {
      const { outcome, value } = await this[kTakeAsync](EVER, undefined);
      if (outcome !== TAKEN) return;
      yield value as T;
    }
  }

  /** @internal */
  override [kDetails](): string {
    const { maxsize } = this;
    const state = cover(this.#at)[this.#at + STATE];
    const end = state === OPEN ? "" : state === DROPPED ? ", shut down and emptied" : ", shut down";
    return `${this.qsize()}${maxsize > 0 ? ` of ${maxsize}` : ""} items, ${unfinishedNow(this.#at)} unfinished${end}`;
  }
}

defineKind(Kind.Queue, Queue);
