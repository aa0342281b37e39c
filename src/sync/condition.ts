/** Condition: waiting, with a lock, until another thread says that something changed. Its words: condition-steps.ts. */
import { load } from "#atomics";
import { describe, rangeError, typeError } from "../errors/errors.ts";
import { kindOf, onDispose, release, retain } from "../memory/allocator.ts";
import { cover, words } from "../memory/arena.ts";
import { adopt, defineKind, isAdopting, kAt, kInspect } from "../memory/handle.ts";
import { Kind } from "../memory/layout.ts";
import { checkOptions, checkTimeout, checkWait, deadlineOf, type WaitOptions } from "../parking/deadline.ts";
import { NOTIFIED } from "../parking/layout.ts";
import { parkSync } from "../parking/park.ts";
import { parkAsync } from "../parking/park-async.ts";
import { defineRobust } from "../parking/robust.ts";
import {
  breakOwned,
  CONDITION_WORDS,
  endWaits,
  itsLock,
  LOCK,
  QUEUE,
  SEEN,
  WAIT,
  waitSteps,
  wakeWaiters,
} from "./condition-steps.ts";
import { lineLength } from "./line.ts";
import { Lock } from "./lock.ts";
import { type AcquireOptions, kLockAt, LockableObject } from "./lockable.ts";
import { BREAKS, type WaitableLock } from "./mutex.ts";
import { RLock } from "./rlock.ts";
import { acquireForTask } from "./rlock-owner.ts";

/**
 * A condition variable over a `Lock` or an `RLock`: `wait` gives up the lock until a `notify`, and takes it again.
 *
 * What happened before `notify()` happens before the return of the `wait()` that it ends.
 *
 * @example
 * ```ts run
 * import { Condition, SharedInt32, Thread } from "threadkit";
 * const changed = new Condition();
 * const stock = new SharedInt32(0);
 * const consumer = new Thread({
 *   target: () => changed.with(() => { changed.waitFor(() => stock.value > 0); stock.value -= 1; }),
 * }).start();
 * changed.with(() => { stock.value += 1; changed.notify(); });
 * consumer.join();
 * console.log(stock.value); // 0
 * ```
 */
export class Condition extends LockableObject {
  readonly #at: number;
  /** The lock that `wait` gives up and takes again. */
  readonly lock: Lock | RLock;

  /**
   * @param lock the lock to wait with; a new `RLock` by default
   * @throws TypeError (INVALID_ARGUMENT) if it is something else
   */
  constructor(lock?: Lock | RLock) {
    const born = !isAdopting();
    if (born) lock = lock === undefined ? new RLock() : mustBeLock(lock);
    super(Kind.Condition, CONDITION_WORDS);
    const at = (this.#at = this[kAt]);
    cover(at + CONDITION_WORDS);
    if (born && lock !== undefined) {
      const its = lock[kAt];
      retain(its);
      words[at + SEEN] = load(words, its + BREAKS);
      words[at + LOCK] = its;
      this.lock = lock;
    } else {
      const its = words[at + LOCK];
      this.lock = adopt(kindOf(its), its) as Lock | RLock;
    }
  }

  /** Takes the lock of the condition, and returns the condition. Blocks; twin: `acquireAsync`. See the lock's own. */
  acquire(): this;
  acquire(options: AcquireOptions): this | null;
  acquire(options?: AcquireOptions): this | null {
    if (options === undefined) this.lock.acquire();
    else if (this.lock.acquire(options) === null) return null;
    return this;
  }

  /** Takes the lock of the condition without blocking the event loop. Twin: `acquire`. See the lock's own. */
  acquireAsync(): Promise<this>;
  acquireAsync(options: WaitOptions): Promise<this | null>;
  acquireAsync(options?: WaitOptions): Promise<this | null> {
    if (this.lock instanceof RLock) return acquireForTask(words[this.#at + LOCK], options, this);
    return this.lock.acquireAsync(options ?? {}).then((lock) => lock && this);
  }

  /** Releases the lock of the condition, one level of an `RLock`. Does not block. See the lock's own. */
  release(): void {
    this.lock.release();
  }

  /** True while somebody holds the lock of the condition, and while it is broken. */
  locked(): boolean {
    return this.lock.locked();
  }

  /**
   * Gives up the lock, all levels of an `RLock`, waits for a notify, and takes the lock again, as deep as before,
   * also when the time was up. Blocks; twin: `waitAsync`.
   * @param options.timeout milliseconds to wait for a notify at most; taking the lock again may take longer. 0 lets
   *   others have the lock once
   * @returns true if it was notified, false when the time was up
   * @throws RuntimeError (LOCK_NOT_OWNED) if the caller does not hold the lock; over a `Lock`, if nobody does
   * @throws BrokenLockError (LOCK_BROKEN) if a thread that held the lock was killed: the caller has it no more
   * @throws RangeError, TypeError (INVALID_TIMEOUT, INVALID_OPTIONS)
   * @throws BlockingError (BLOCKING_NOT_ALLOWED) where this thread must not block
   */
  wait(options?: { timeout?: number }): boolean {
    const timeout = checkTimeout(checkOptions(options, WAIT).timeout, WAIT);
    return this.#wait(deadlineOf(timeout));
  }

  /**
   * The same without blocking the event loop. Twin: `wait`.
   * @param options.timeout milliseconds to wait for a notify at most
   * @param options.signal ends the wait when it aborts
   * @returns like `wait`
   * @throws like `wait`; TypeError (INVALID_SIGNAL); rejects with `signal.reason` when aborted, and has the lock then too
   */
  async waitAsync(options?: WaitOptions): Promise<boolean> {
    const { timeout, signal } = checkWait(options, WAIT);
    return this.#waitAsync(timeout, signal);
  }

  /**
   * Waits until `predicate` says something true. It is called with the lock held, first of all before any wait, and
   * after each notify. Blocks; twin: `waitForAsync`.
   * @param predicate a synchronous function
   * @param options.timeout milliseconds for the whole
   * @returns what the predicate returned last: true in the end, or something false when the time was up
   * @throws like `wait`, and what the predicate throws: the caller has the lock then
   */
  waitFor<T>(predicate: () => T, options?: { timeout?: number }): T {
    mustBePredicate(predicate);
    const deadline = deadlineOf(checkTimeout(checkOptions(options, WAIT).timeout, WAIT));
    const { lock, at } = this.#itsLock();
    lock.mustHold(at, WAIT);
    for (;;) {
      const result = predicate();
      if (result || performance.now() >= deadline) return result;
      this.#wait(deadline);
    }
  }

  /**
   * The same without blocking the event loop. Twin: `waitFor`.
   * @param predicate a synchronous function
   * @param options.timeout milliseconds for the whole
   * @param options.signal ends the wait when it aborts
   * @returns like `waitFor`
   * @throws like `waitFor`; TypeError (INVALID_SIGNAL); rejects with `signal.reason` when aborted, and has the lock then too
   */
  async waitForAsync<T>(predicate: () => T, options?: WaitOptions): Promise<T> {
    mustBePredicate(predicate);
    const { timeout, signal } = checkWait(options, WAIT);
    const deadline = deadlineOf(timeout);
    const { lock, at } = this.#itsLock();
    lock.mustHold(at, WAIT);
    for (;;) {
      const result = predicate();
      const left = deadline - performance.now();
      if (result || left <= 0) return result;
      await this.#waitAsync(left, signal);
    }
  }

  /**
   * Ends the waits of the `n` that wait longest, or of as many as there are. They go on when they have the lock: the
   * caller keeps it. Nothing is stored for who comes later. Does not block.
   * @param n a whole number; 0 and less do nothing. Default: 1
   * @throws RuntimeError (LOCK_NOT_OWNED) if the caller does not hold the lock; BrokenLockError (LOCK_BROKEN)
   * @throws TypeError, RangeError (INVALID_ARGUMENT)
   */
  notify(n = 1): void {
    checkCount(n);
    this.#notify(n);
  }

  /**
   * Ends the waits of all that are there. Otherwise like `notify`. Does not block.
   * @throws RuntimeError (LOCK_NOT_OWNED) if the caller does not hold the lock; BrokenLockError (LOCK_BROKEN)
   */
  notifyAll(): void {
    this.#notify(Number.POSITIVE_INFINITY);
  }

  #itsLock(): { lock: WaitableLock; at: number } {
    return itsLock(this.#at);
  }

  #wait(deadline: number): boolean {
    const { lock, at } = this.#itsLock();
    lock.mustHold(at, WAIT);
    return parkSync(waitSteps(this.#at, lock, at, true), deadline, WAIT, "waitAsync()");
  }

  async #waitAsync(timeout: number, signal: AbortSignal | undefined): Promise<boolean> {
    const { lock, at } = this.#itsLock();
    lock.mustHold(at, WAIT);
    return parkAsync(waitSteps(this.#at, lock, at, false), timeout, signal);
  }

  #notify(n: number): void {
    const { lock, at } = this.#itsLock();
    lock.mustHold(at, "notify");
    lock.wake(at, this.#at + QUEUE, endWaits(this.#at, n, NOTIFIED));
  }

  /** @internal */
  override get [kLockAt](): number {
    return words[this.#at + LOCK];
  }

  /** @internal */
  [kInspect](): string {
    const waiting = lineLength(this.#at + QUEUE);
    return `Condition { lock: ${this.lock[kInspect]()}${waiting > 0 ? `, ${waiting} waiting` : ""} }`;
  }
}

function mustBeLock(lock: unknown): Lock | RLock {
  if (lock instanceof Lock || lock instanceof RLock) return lock;
  throw typeError(
    "INVALID_ARGUMENT",
    `cannot make a condition: the lock is ${describe(lock)}. Give a Lock or an RLock, or leave it out.`,
  );
}

function mustBePredicate(predicate: unknown): void {
  if (typeof predicate === "function") return;
  throw typeError(
    "INVALID_ARGUMENT",
    `cannot wait: the predicate is ${describe(predicate)}. Give a function.`,
  );
}

function checkCount(n: unknown): void {
  if (typeof n !== "number") {
    throw typeError("INVALID_ARGUMENT", `cannot notify: n is ${describe(n)}. Give a number of waiters.`);
  }
  if (!Number.isInteger(n)) {
    throw rangeError("INVALID_ARGUMENT", `cannot notify: n is ${n}. Give a whole number of waiters.`);
  }
}

defineKind(Kind.Condition, Condition);
defineRobust(Kind.Condition, {
  queue: QUEUE,
  breakOwned,
  passOn(condition, status) {
    if (status === NOTIFIED) wakeWaiters(condition, 1, NOTIFIED);
  },
});
onDispose(Kind.Condition, (condition) => {
  const lock = words[condition + LOCK];
  if (lock !== 0) release(lock);
});
