/** Future: the outcome of a task, in whatever thread it runs. Its words are in words.ts. */
import { describe, InvalidStateError, typeError } from "../errors/errors.ts";
import { release } from "../memory/allocator.ts";
import { defineKind, kAt, kInspect } from "../memory/handle.ts";
import { Kind } from "../memory/layout.ts";
import type { WaitOptions } from "../parking/deadline.ts";
import { drop, pack } from "../shared/cell.ts";
import { packThrown } from "../threading/message.ts";
import { kState, kTaken, kTell, kThen, kValue, kWait, kWaitAsync } from "./doors.ts";
import { FutureCore } from "./future-core.ts";
import { cancel, claim, requestStop, settle } from "./settle.ts";
import { callCallback } from "./stray.ts";
import { CANCELLED, FAILED, FINISHED, isStopping, PENDING } from "./words.ts";

/** States by number, as users see them. */
const NAMES = ["pending", "running", "running", "cancelled", "finished", "failed"] as const;

/**
 * The outcome of a task that runs, ran or will run in some thread. Await it, or ask it: any thread may wait for it,
 * read it and cancel it.
 *
 * What the task did happens before `result()` returns and before what awaits the future goes on. Pools make futures;
 * one of your own is settled by `setResult` or `setException`, from any thread.
 *
 * @example
 * ```ts run
 * import { Future, Thread } from "threadkit";
 * const answer = new Future<number>();
 * const t = new Thread({ target: () => answer.setResult(6 * 7) }).start();
 * console.log(answer.result()); // 42
 * t.join();
 * ```
 */
export class Future<T> extends FutureCore implements PromiseLike<T> {
  /**
   * The result of the task, waiting for it if need be. Blocks; twin: `resultAsync`, or `await`.
   * Called in a worker of the task's own pool it runs the task, if nobody has begun it: so it never waits in vain.
   * @param options.timeout milliseconds to wait at most
   * @throws what the task threw, the same error object every time
   * @throws CancelledError (FUTURE_CANCELLED) if it was cancelled
   * @throws FutureTimeoutError (FUTURE_TIMEOUT) when the time was up; the task goes on
   * @throws RangeError, TypeError (INVALID_TIMEOUT, INVALID_OPTIONS)
   * @throws BlockingError (BLOCKING_NOT_ALLOWED) where this thread must not block
   */
  result(options?: { timeout?: number }): T {
    this[kWait](options, "wait for the result", "resultAsync()");
    if (this[kState] === FINISHED) return this[kValue] as T;
    throw this[kValue];
  }

  /**
   * The result of the task. Never blocks; twin: `result`.
   * @param options.timeout milliseconds to wait at most
   * @param options.signal ends the wait; the task goes on
   * @throws like `result`; rejects with `signal.reason` when aborted
   */
  async resultAsync(options?: WaitOptions): Promise<T> {
    await this[kWaitAsync](options, "wait for the result");
    if (this[kState] === FINISHED) return this[kValue] as T;
    throw this[kValue];
  }

  /**
   * What the task threw; undefined if it has a result. Blocks; twin: `exceptionAsync`.
   * @param options.timeout milliseconds to wait at most
   * @throws CancelledError, FutureTimeoutError and the like: like `result`, but for what the task threw
   */
  exception(options?: { timeout?: number }): unknown {
    this[kWait](options, "wait for the exception", "exceptionAsync()");
    return this.#error();
  }

  /**
   * What the task threw; undefined if it has a result. Never blocks; twin: `exception`.
   * @param options.timeout milliseconds to wait at most
   * @param options.signal ends the wait; the task goes on
   * @throws like `exception`; rejects with `signal.reason` when aborted
   */
  async exceptionAsync(options?: WaitOptions): Promise<unknown> {
    await this[kWaitAsync](options, "wait for the exception");
    return this.#error();
  }

  /** Cancels it, unless it runs or is over. Does not block. @returns true if it is cancelled, also from before */
  cancel(): boolean {
    // In this order: if another thread is first, it is cancelled all the same.
    return (!this[kTaken] && cancel(this[kAt])) || this[kState] === CANCELLED;
  }

  /**
   * Cancels it, or asks the task that runs to end: it sees that by `stopRequested()`. Does not block.
   * @returns false if it is over
   */
  requestStop(): boolean {
    return !this[kTaken] && requestStop(this[kAt]);
  }

  /** Has `requestStop()` been called while it ran? */
  get stopRequested(): boolean {
    return !this[kTaken] && isStopping(this[kAt]);
  }

  /** True once it is cancelled: its task never runs. */
  cancelled(): boolean {
    return this[kState] === CANCELLED;
  }

  /** True while its task runs. */
  running(): boolean {
    const state = this[kState];
    return state !== PENDING && state < CANCELLED;
  }

  /** True once it has a result or an error, or is cancelled. */
  done(): boolean {
    return this[kState] >= CANCELLED;
  }

  /**
   * Has `fn` called when it is done, in the thread that calls this, on its event loop and in the order added. If it is
   * done already, soon; never inside this call. What `fn` throws goes to the hook of `setExcepthook` and ends nothing: the
   * rest is called all the same.
   * @throws TypeError (INVALID_ARGUMENT)
   */
  addDoneCallback(fn: (future: Future<T>) => void): void {
    if (typeof fn !== "function") {
      throw typeError(
        "INVALID_ARGUMENT",
        `cannot add a callback: it is ${describe(fn)}. Give a function that takes the future.`,
      );
    }
    this[kTell](() => callCallback(fn, this));
  }

  /** What `await` calls: as of a promise of the result. Never blocks; twin: `result`. */
  // biome-ignore lint/suspicious/noThenProperty: a future can be awaited
  then<R1 = T, R2 = never>(
    onFulfilled?: ((value: T) => R1 | PromiseLike<R1>) | null,
    onRejected?: ((reason: unknown) => R2 | PromiseLike<R2>) | null,
  ): Promise<R1 | R2> {
    return this[kThen](onFulfilled, onRejected);
  }

  /** As of a promise of the result. */
  catch<R = never>(onRejected?: ((reason: unknown) => R | PromiseLike<R>) | null): Promise<T | R> {
    return this.then(undefined, onRejected);
  }

  /** As of a promise of the result. */
  finally(onFinally?: (() => void) | null): Promise<T> {
    return this.then<T>().finally(onFinally);
  }

  /**
   * For executors: says that its task begins now. Does not block.
   * @returns false if it was cancelled, and must not run
   * @throws InvalidStateError (INVALID_STATE) if it runs or is done
   */
  setRunningOrNotifyCancel(): boolean {
    const state = this[kState];
    if (state === CANCELLED) return false;
    if (state === PENDING && claim(this[kAt])) return true;
    if (this.cancelled()) return false;
    throw this.#invalid("set the future running");
  }

  /**
   * For executors: its result. Does not block.
   * @throws InvalidStateError (INVALID_STATE) if it is done; the first outcome stays
   * @throws CaptureError (CANNOT_CROSS) for a value that can't cross, RangeError (ARENA_FULL); it is not settled then
   */
  setResult(value: T): void {
    if (this.done()) throw this.#invalid("set the result of the future");
    const cell = pack(value, "the result", this);
    if (settle(this[kAt], FINISHED, cell)) return;
    drop(cell);
    throw this.#invalid("set the result of the future");
  }

  /**
   * For executors: its error. What of it can't cross is described in its place. Does not block.
   * @throws InvalidStateError (INVALID_STATE) if it is done; the first outcome stays
   * @throws RangeError (ARENA_FULL); it is not settled then
   */
  setException(error: unknown): void {
    if (this.done()) throw this.#invalid("set the exception of the future");
    const message = packThrown(error);
    if (settle(this[kAt], FAILED, message)) return;
    release(message);
    throw this.#invalid("set the exception of the future");
  }

  #invalid(verb: string): InvalidStateError {
    const state = NAMES[this[kState]];
    return new InvalidStateError(
      `cannot ${verb}: it is ${state}. A future is settled once, by whoever made it.`,
    );
  }

  #error(): unknown {
    if (this.cancelled()) throw this[kValue];
    return this[kState] === FINISHED ? undefined : this[kValue];
  }

  /** @internal */
  [kInspect](): string {
    return `${this.constructor.name} { ${NAMES[this[kState]]} }`;
  }
}

defineKind(Kind.Future, Future as never);
