/** Future: the outcome of a task, in whatever thread it runs. Its words are in words.ts. */
import { describe, FutureTimeoutError, InvalidStateError, typeError } from "../errors/errors.ts";
import { allocate, onDispose, release, retain } from "../memory/allocator.ts";
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
import { kAbsorb, kComplete, kMake, kPublish } from "./doors.ts";
import { helper } from "./help.ts";
import { preparation, valueOf } from "./outcome.ts";
import { isOwned, ownerListens, place, remove } from "./owner.ts";
import { added, type Reactions, react } from "./reactions.ts";
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

// Flags of a handle.
/** It is in the ledger: it has crossed, or stands for a block of its own. */
const LISTED = 1;
/** `kComplete` will be called. */
const SUBSCRIBED = 2;

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
  /** Final state once the outcome was taken in, else 0. */
  #state = 0;
  #value: unknown;
  /** LISTED, SUBSCRIBED. */
  #flags: number;
  #reactions: Reactions;

  /** A future without a task. */
  constructor() {
    const listed = !pooled || isAdopting();
    super(Kind.Future, FUTURE_WORDS, listed);
    this.#flags = listed ? LISTED : 0;
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
    this.#wait(options, "wait for the result", "resultAsync()");
    if (this.#state === FINISHED) return this.#value as T;
    throw this.#value;
  }

  /**
   * The result of the task. Never blocks; twin: `result`.
   * @throws like `result`; rejects with `signal.reason` when aborted
   */
  async resultAsync(options?: WaitOptions): Promise<T> {
    await this.#waitAsync(options, "wait for the result");
    if (this.#state === FINISHED) return this.#value as T;
    throw this.#value;
  }

  /**
   * What the task threw; undefined if it has a result. Blocks; twin: `exceptionAsync`.
   * @throws CancelledError, FutureTimeoutError like `result`
   */
  exception(options?: { timeout?: number }): unknown {
    this.#wait(options, "wait for the exception", "exceptionAsync()");
    return this.#error();
  }

  /** What the task threw; undefined if it has a result. Never blocks; twin: `exception`. */
  async exceptionAsync(options?: WaitOptions): Promise<unknown> {
    await this.#waitAsync(options, "wait for the exception");
    return this.#error();
  }

  /** Cancels it, unless it runs or is over. Does not block. @returns true if it is cancelled, also from before */
  cancel(): boolean {
    return this.#word(stateIn) === CANCELLED || (this.#state === 0 && cancel(this[kAt]));
  }

  /**
   * Cancels it, or asks the task that runs to end: it sees that by `stopRequested()`. Does not block.
   * @returns false if it is over
   */
  requestStop(): boolean {
    return this.#state === 0 && requestStop(this[kAt]);
  }

  /** Has `requestStop()` been called while it ran? */
  get stopRequested(): boolean {
    return this.#state === 0 && (wordOf(this[kAt]) & STOP) !== 0;
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
    this.#reactions = added(this.#reactions, () => fn(this));
    this.#subscribe();
  }

  // biome-ignore lint/suspicious/noThenProperty: a future can be awaited
  then<R1 = T, R2 = never>(
    onFulfilled?: ((value: T) => R1 | PromiseLike<R1>) | null,
    onRejected?: ((reason: unknown) => R2 | PromiseLike<R2>) | null,
  ): Promise<R1 | R2> {
    if (this.#isHere()) {
      const there =
        this.#state === FINISHED ? Promise.resolve(this.#value as T) : Promise.reject(this.#value);
      return there.then(onFulfilled, onRejected);
    }
    // The promise alone, not a second one in front of it: `await` drops what this returns.
    return new Promise((resolve, reject) => {
      this.#reactions = added(this.#reactions, { onFulfilled, onRejected, resolve, reject } as never);
      this.#subscribe();
    });
  }

  catch<R = never>(onRejected?: ((reason: unknown) => R | PromiseLike<R>) | null): Promise<T | R> {
    return this.then(undefined, onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<T> {
    return this.then<T>().finally(onFinally);
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
    return this.#state === 0 ? read(wordOf(this[kAt])) : read(this.#state);
  }

  #wait(options: { timeout?: number } | undefined, what: string, twin: string): void {
    const timeout = checkTimeout(
      options === undefined ? undefined : checkOptions(options, what).timeout,
      what,
    );
    if (this.#state !== 0) return;
    const at = this[kAt];
    if (!isFinal(at) && !(timeout > 0 && waitFor(at, timeout, what, twin))) throw timeoutError(what);
    this[kAbsorb]();
    if ((this.#state as number) === FAILED && this.#value instanceof Error)
      outgoing().appendStack(this.#value, ".result() of a future");
  }

  async #waitAsync(options: WaitOptions | undefined, what: string): Promise<void> {
    const { timeout, signal } = checkWait(options, what);
    signal?.throwIfAborted();
    if (this.#state !== 0) return;
    const at = this[kAt];
    retain(at); // another wait may take the outcome in meanwhile
    try {
      helper.later(at);
      if (!isFinal(at) && !(timeout > 0 && (await parkAsync(doneSteps(at), timeout, signal))))
        throw timeoutError(what);
      await preparation(at);
    } finally {
      release(at);
    }
    this[kAbsorb]();
  }

  /** Has `kComplete` called, soon if it is done. */
  #subscribe(): void {
    if (this.#flags & SUBSCRIBED) return;
    this.#flags |= SUBSCRIBED;
    if (this.#state !== 0) {
      queueMicrotask(() => this[kComplete]());
      return;
    }
    const at = this[kAt];
    helper.later(at);
    if (isOwned(this, at)) {
      if (!ownerListens(at)) queueMicrotask(() => this[kComplete]());
    } else void parkAsync(doneSteps(at), Number.POSITIVE_INFINITY).then(() => this[kComplete]());
  }

  /** @internal */
  [kComplete](): void {
    if (this.#state === 0) {
      const loading = preparation(this[kAt]);
      if (loading !== undefined) {
        void loading.then(() => this[kComplete]());
        return;
      }
    }
    this.#flags &= ~SUBSCRIBED;
    this[kAbsorb]();
    const reactions = this.#reactions;
    this.#reactions = undefined;
    react(reactions, this.#state, this.#value);
  }

  /** @internal */
  [kAbsorb](): void {
    if (this.#state !== 0) return;
    const at = this[kAt];
    this.#value = valueOf(at);
    this.#state = stateIn(wordOf(at));
    remove(this, at);
    // The word that comes will not find it any more.
    if (this.#flags & SUBSCRIBED) queueMicrotask(() => this[kComplete]());
    if (this.#flags & LISTED) return;
    moveTo(this, 0);
    release(at);
  }

  /** @internal It is about to cross: it gets a block that stays, with its outcome if it has one. */
  static [kPublish](future: Future<unknown>): void {
    if (future.#flags & LISTED) return;
    future.#flags |= LISTED;
    if (future.#state !== 0) future.#reopen();
    list(future);
  }

  /** A block with the outcome that it has. */
  #reopen(): void {
    moveTo(this, allocate(Kind.Future, FUTURE_WORDS));
    const at = this[kAt];
    if (this.#state === CANCELLED) cancel(at);
    else if (this.#state === FINISHED) settle(at, FINISHED, pack(this.#value, "the result", this));
    else settle(at, FAILED, packThrown(this.#value));
  }

  /** Its outcome is taken in, or was there and is now. */
  #isHere(): boolean {
    if (this.#state !== 0) return true;
    const at = this[kAt];
    if (!isFinal(at) || preparation(at) !== undefined) return false;
    this[kAbsorb]();
    return true;
  }

  #error(): unknown {
    if ((this.#state as number) === CANCELLED) throw this.#value;
    return this.#state === FINISHED ? undefined : this.#value;
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
  if (value instanceof Future) Future[kPublish](value);
});
defineKind(Kind.Future, Future as never);
