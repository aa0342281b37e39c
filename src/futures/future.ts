/** Future: the outcome of a task, in whatever thread it runs. Its words are in words.ts. */
import { describe, FutureTimeoutError, InvalidStateError, typeError } from "../errors/errors.ts";
import { onDispose, release, retain } from "../memory/allocator.ts";
import { words } from "../memory/arena.ts";
import { defineKind, isAdopting, kAt, kInspect, list, moveTo, SharedObject } from "../memory/handle.ts";
import { Kind } from "../memory/layout.ts";
import { checkOptions, checkTimeout, checkWait, deadlineOf, type WaitOptions } from "../parking/deadline.ts";
import { parkSync } from "../parking/park.ts";
import { parkAsync } from "../parking/park-async.ts";
import { HandOver } from "../parking/spin.ts";
import { drop, pack } from "../shared/cell.ts";
import { onCrossing, packThrown } from "../threading/message.ts";
import { outgoing } from "../threading/outgoing.ts";
import { kAbsorb, kComplete, kMake } from "./doors.ts";
import { helper } from "./help.ts";
import { type Outcome, outcomeOf, preparation } from "./outcome.ts";
import { isOwned, ownerListens, place, remove } from "./owner.ts";
import { cancel, claim, forgetTask, requestStop, settle } from "./settle.ts";
import { doneSteps } from "./waiting.ts";
import {
  CANCELLED,
  F_OWNER,
  F_VALUE,
  FAILED,
  FINISHED,
  FUTURE_WORDS,
  isFinal,
  PENDING,
  STOP,
  stateIn,
  wordOf,
} from "./words.ts";

const NAMES = ["pending", "running", "running", "cancelled", "finished", "failed"] as const;
let pooled = false;

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
export class Future<T> extends SharedObject implements PromiseLike<T> {
  /** The handle is in the ledger: it has crossed, or stands for a block of its own. */
  #listed: boolean;
  #outcome: Outcome<T> | undefined;
  #promise: Promise<T> | undefined;
  #resolve: ((value: T) => void) | undefined;
  #reject: ((error: unknown) => void) | undefined;
  #callbacks: ((future: Future<T>) => void)[] | undefined;
  #subscribed = false;

  /** A future without a task. */
  constructor() {
    const listed = !pooled || isAdopting();
    super(Kind.Future, FUTURE_WORDS, listed);
    this.#listed = listed;
  }

  /** @internal */
  static [kMake]<T>(): Future<T> {
    pooled = true;
    try {
      const future = new Future<T>();
      place(future);
      return future;
    } finally {
      pooled = false;
    }
  }

  /**
   * The result of the task, waiting for it if need be. Blocks; twin: `resultAsync`, or `await`.
   * Called in a worker of the task's own pool it runs the task, if nobody has begun it: so it never waits in vain.
   * @param options.timeout milliseconds to wait at most
   * @throws what the task threw, the same error object every time
   * @throws CancelledError (FUTURE_CANCELLED) if it was cancelled
   * @throws FutureTimeoutError (FUTURE_TIMEOUT) when the time was up; the task goes on
   * @throws RangeError, TypeError (INVALID_TIMEOUT)
   * @throws BlockingError (BLOCKING_NOT_ALLOWED) where this thread must not block
   */
  result(options?: { timeout?: number }): T {
    const outcome = this.#wait(options, "wait for the result", "resultAsync()");
    if (outcome.state === FINISHED) return outcome.value as T;
    throw outcome.value;
  }

  /**
   * The result of the task. Never blocks; twin: `result`.
   * @throws like `result`; rejects with `signal.reason` when aborted
   */
  async resultAsync(options?: WaitOptions): Promise<T> {
    const outcome = await this.#waitAsync(options, "wait for the result");
    if (outcome.state === FINISHED) return outcome.value as T;
    throw outcome.value;
  }

  /**
   * What the task threw; undefined if it has a result. Blocks; twin: `exceptionAsync`.
   * @throws CancelledError, FutureTimeoutError like `result`
   */
  exception(options?: { timeout?: number }): unknown {
    return exceptionIn(this.#wait(options, "wait for the exception", "exceptionAsync()"));
  }

  /** What the task threw; undefined if it has a result. Never blocks; twin: `exception`. */
  async exceptionAsync(options?: WaitOptions): Promise<unknown> {
    return exceptionIn(await this.#waitAsync(options, "wait for the exception"));
  }

  /** Cancels it, unless it runs or is over. Does not block. @returns true if it is cancelled, also from before */
  cancel(): boolean {
    return this.#word(stateIn) === CANCELLED || (this.#outcome === undefined && cancel(this[kAt]));
  }

  /**
   * Cancels it, or asks the task that runs to end: it sees that by `stopRequested()`. Does not block.
   * @returns false if it is over
   */
  requestStop(): boolean {
    return this.#outcome === undefined && requestStop(this[kAt]);
  }

  /** Has `requestStop()` been called while it ran? */
  get stopRequested(): boolean {
    return this.#outcome === undefined && (wordOf(this[kAt]) & STOP) !== 0;
  }

  cancelled(): boolean {
    return this.#word(stateIn) === CANCELLED;
  }

  running(): boolean {
    const state = this.#word(stateIn);
    return state !== PENDING && state < CANCELLED;
  }

  /** True once it has a result or an error, or is cancelled. */
  done(): boolean {
    return this.#word(stateIn) >= CANCELLED;
  }

  /**
   * Has `fn` called when it is done, in the thread that calls this, on its event loop and in the order added. If it is
   * done already, soon; never inside this call. An error of `fn` is reported like one that nobody caught in a promise.
   * @throws TypeError (INVALID_ARGUMENT)
   */
  addDoneCallback(fn: (future: Future<T>) => void): void {
    if (typeof fn !== "function") {
      throw typeError(
        "INVALID_ARGUMENT",
        `cannot add a callback: it is ${describe(fn)}. Give a function that takes the future.`,
      );
    }
    this.#callbacks ??= [];
    this.#callbacks.push(fn);
    this.#subscribe();
  }

  // biome-ignore lint/suspicious/noThenProperty: a future can be awaited
  then<R1 = T, R2 = never>(
    onFulfilled?: ((value: T) => R1 | PromiseLike<R1>) | null,
    onRejected?: ((reason: unknown) => R2 | PromiseLike<R2>) | null,
  ): Promise<R1 | R2> {
    return this.#asPromise().then(onFulfilled, onRejected);
  }

  catch<R = never>(onRejected?: ((reason: unknown) => R | PromiseLike<R>) | null): Promise<T | R> {
    return this.#asPromise().catch(onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<T> {
    return this.#asPromise().finally(onFinally);
  }

  /**
   * For executors: says that its task begins now. False: it was cancelled, and must not run.
   * @throws InvalidStateError (INVALID_STATE) if it runs or is done
   */
  setRunningOrNotifyCancel(): boolean {
    const state = this.#word(stateIn);
    if (state === CANCELLED) return false;
    if (state === PENDING && claim(this[kAt])) return true;
    if (this.cancelled()) return false;
    throw this.#invalid("set it running");
  }

  /** For executors: its result. @throws InvalidStateError (INVALID_STATE) if it is done; the first outcome stays */
  setResult(value: T): void {
    if (this.done()) throw this.#invalid("set the result");
    const cell = pack(value, "the result", this);
    if (settle(this[kAt], FINISHED, cell)) return;
    drop(cell);
    throw this.#invalid("set the result");
  }

  /** For executors: its error. @throws InvalidStateError (INVALID_STATE) if it is done; the first outcome stays */
  setException(error: unknown): void {
    if (this.done()) throw this.#invalid("set the exception");
    const message = packThrown(error);
    if (settle(this[kAt], FAILED, message)) return;
    release(message);
    throw this.#invalid("set the exception");
  }

  #invalid(verb: string): InvalidStateError {
    const state = NAMES[this.#word(stateIn)];
    return new InvalidStateError(
      `cannot ${verb} of the future: it is ${state}. A future is settled once, by whoever made it.`,
    );
  }

  #word<R>(read: (word: number) => R): R {
    return this.#outcome === undefined ? read(wordOf(this[kAt])) : read(this.#outcome.state);
  }

  #wait(options: { timeout?: number } | undefined, what: string, twin: string): Outcome<T> {
    const timeout = checkTimeout(checkOptions(options, what).timeout, what);
    if (this.#outcome === undefined) {
      const at = this[kAt];
      if (!isFinal(at) && !(timeout > 0 && waitFor(at, timeout, what, twin))) throw timeoutError(what);
      const outcome = this[kAbsorb]();
      if (outcome.state === FAILED && outcome.value instanceof Error)
        outgoing().appendStack(outcome.value, ".result() of a future");
    }
    return this.#outcome as unknown as Outcome<T>;
  }

  async #waitAsync(options: WaitOptions | undefined, what: string): Promise<Outcome<T>> {
    const { timeout, signal } = checkWait(options, what);
    signal?.throwIfAborted();
    if (this.#outcome === undefined) {
      const at = this[kAt];
      retain(at); // another wait may take the outcome in meanwhile
      try {
        helper.later(at);
        if (!isFinal(at) && !(timeout > 0 && (await parkAsync(doneSteps(at), timeout, signal))))
          throw timeoutError(what);
        if (this.#outcome === undefined) await preparation(at);
      } finally {
        release(at);
      }
    }
    return this.#outcome ?? this[kAbsorb]();
  }

  #asPromise(): Promise<T> {
    if (this.#promise === undefined) {
      this.#promise = new Promise<T>((resolve, reject) => {
        this.#resolve = resolve;
        this.#reject = reject;
      });
      this.#subscribe();
    }
    return this.#promise;
  }

  /** Has `kComplete` called, soon if it is done. */
  #subscribe(): void {
    if (this.#subscribed) return;
    this.#subscribed = true;
    if (this.#outcome !== undefined) return queueMicrotask(() => this[kComplete]());
    const at = this[kAt];
    helper.later(at);
    if (isOwned(this, at)) {
      if (!ownerListens(at)) queueMicrotask(() => this[kComplete]());
    } else void parkAsync(doneSteps(at), Number.POSITIVE_INFINITY).then(() => this[kComplete]());
  }

  /** @internal */
  [kComplete](): void {
    if (this.#outcome === undefined) {
      const loading = preparation(this[kAt]);
      if (loading !== undefined) {
        void loading.then(() => this[kComplete]());
        return;
      }
    }
    this.#subscribed = false;
    const { state, value } = this.#outcome ?? this[kAbsorb]();
    if (state === FINISHED) this.#resolve?.(value as T);
    else this.#reject?.(value);
    this.#resolve = this.#reject = undefined;
    const callbacks = this.#callbacks;
    this.#callbacks = undefined;
    if (callbacks !== undefined) for (const fn of callbacks) queueMicrotask(() => fn(this));
  }

  /** @internal */
  [kAbsorb](): Outcome<T> {
    if (this.#outcome !== undefined) return this.#outcome;
    const at = this[kAt];
    this.#outcome = outcomeOf<T>(at);
    if (this.#subscribed) queueMicrotask(() => this[kComplete]()); // the word that comes finds it gone
    remove(this, at);
    if (!this.#listed) {
      moveTo(this, 0);
      release(at);
    }
    return this.#outcome;
  }

  /** @internal It is about to cross: it gets a block that stays, with its outcome if it has one. */
  static publish(future: Future<unknown>): void {
    if (future.#listed) return;
    future.#listed = true;
    if (future.#outcome === undefined) return list(future);
    const { state, value } = future.#outcome;
    pooled = true;
    try {
      const fresh = new Future();
      moveTo(future, fresh[kAt]);
    } finally {
      pooled = false;
    }
    list(future);
    if (state === CANCELLED) cancel(future[kAt]);
    else if (state === FINISHED) settle(future[kAt], FINISHED, pack(value, "the result", future));
    else settle(future[kAt], FAILED, packThrown(value));
  }

  /** @internal */
  [kInspect](): string {
    return `${this.constructor.name} { ${NAMES[this.#word(stateIn)]} }`;
  }
}

/** Spinning for a result that comes from a thread that runs right now. */
const hotFutures = new HandOver();

/** Blocks until it is done (true) or the time is up. */
function waitFor(at: number, timeout: number, what: string, twin: string): boolean {
  if (helper.now(at) || hotFutures.spin(() => isFinal(at))) return true;
  return helper.blocked(at, () => parkSync(doneSteps(at), deadlineOf(timeout), what, twin));
}

function exceptionIn({ state, value }: Outcome<unknown>): unknown {
  if (state === FINISHED) return undefined;
  if (state === CANCELLED) throw value;
  return value;
}

function timeoutError(what: string): FutureTimeoutError {
  return new FutureTimeoutError(
    `cannot ${what}: the future had no outcome when the time was up. Wait longer, or cancel it.`,
  );
}

onDispose(Kind.Future, (at) => {
  const cell = words[at + F_VALUE];
  if (cell !== 0) drop(cell);
  forgetTask(at);
  const owner = words[at + F_OWNER];
  if (owner !== 0) release(owner);
});
onCrossing((value) => {
  if (value instanceof Future) Future.publish(value);
});
defineKind(Kind.Future, Future as never);
