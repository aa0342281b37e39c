/**
 * RLock: mutual exclusion that lets its owner in again. The owner is a thread, or one async task of a thread:
 * rlock-owner.ts has the words that say so.
 */
import { compareExchange, load } from "#atomics";
import { inTask } from "#host";
import { cover } from "../memory/arena.ts";
import { defineKind, kAt, kInspect } from "../memory/handle.ts";
import { Kind } from "../memory/layout.ts";
import { deadlineOf, type WaitOptions } from "../parking/deadline.ts";
import { parkSync } from "../parking/park.ts";
import { mine } from "../parking/realm.ts";
import { defineRobust } from "../parking/robust.ts";
import { spin } from "../parking/spin.ts";
import { lateWakes } from "./late.ts";
import { type AcquireOptions, acquireTimeout, LockableObject } from "./lockable.ts";
import { acquireSteps, BROKEN, breakOwned, FREE, isMine, passOn, QUEUE } from "./mutex.ts";
import {
  acquireForTask,
  BLOCKING,
  blockingError,
  DEPTH,
  describeRLock,
  RLOCK_WORDS,
  releaseSlow,
  TASK,
} from "./rlock-owner.ts";

/**
 * A mutual-exclusion lock that its owner may take again; it is free when released as often.
 *
 * Taken by `acquire` it belongs to the thread; taken by `acquireAsync` or `withAsync`, to the async task that took it.
 * What happened before the last `release()` of an owner happens before the `acquire()` that it lets through.
 *
 * @example
 * ```ts run
 * import { RLock } from "threadkit";
 * const lock = new RLock();
 * const inner = () => lock.with(() => "inside twice");
 * console.log(lock.with(inner)); // inside twice
 * console.log(lock.locked()); // false
 * ```
 */
export class RLock extends LockableObject {
  readonly #words: Int32Array;
  readonly #at: number;
  #spins = 0;

  constructor() {
    super(Kind.RLock, RLOCK_WORDS);
    this.#at = this[kAt];
    this.#words = cover(this.#at + RLOCK_WORDS);
  }

  /**
   * Takes the lock, one level deeper if the caller owns it, else waiting as long as it is held. Blocks; twin:
   * `acquireAsync`.
   * @param options.blocking false: try once
   * @param options.timeout milliseconds to wait at most
   * @returns the lock, for `using`; null when the time was up or, without blocking, another owner held it
   * @throws BrokenLockError (LOCK_BROKEN) if the thread that held it was killed
   * @throws RuntimeError (WOULD_DEADLOCK) without a limit, if another async task of this very thread owns it;
   *   (TASK_UNKNOWN) where the runtime can't tell tasks apart
   * @throws RangeError, TypeError (INVALID_TIMEOUT, INVALID_OPTIONS)
   * @throws BlockingError (BLOCKING_NOT_ALLOWED) where this thread must not block
   */
  acquire(): this;
  acquire(options: AcquireOptions): this | null;
  acquire(options?: AcquireOptions): this | null {
    const limit =
      options === undefined ? Number.POSITIVE_INFINITY : acquireTimeout(options, "acquire the lock");
    const words = this.#words;
    const at = this.#at;
    const found = compareExchange(words, at, FREE, mine);
    if (found === FREE) return this;
    if (!isMine(found) || words[at + TASK] !== 0) return this.#acquireSlow(limit);
    words[at + DEPTH]++;
    return this;
  }

  /**
   * Takes the lock for the async task that awaits the result, one level deeper if the calling task owns it, without
   * blocking the event loop. Twin: `acquire`.
   * @param options.timeout milliseconds to wait at most
   * @param options.signal ends the wait when it aborts
   * @returns the lock; null when the time was up
   * @throws like `acquire`, RuntimeError (WOULD_DEADLOCK) without a limit and a signal if this very thread holds it by
   *   `acquire`; TypeError (INVALID_SIGNAL); rejects with `signal.reason` when aborted
   */
  acquireAsync(): Promise<this>;
  acquireAsync(options: WaitOptions): Promise<this | null>;
  acquireAsync(options?: WaitOptions): Promise<this | null> {
    return acquireForTask(this.#at, options, this);
  }

  /**
   * Undoes one acquire of the owner; the last one lets the lock go and wakes the first in line. Does not block.
   * @throws RuntimeError (LOCK_NOT_OWNED) if the caller does not own it, also if nobody does
   * @throws BrokenLockError (LOCK_BROKEN) if it is broken
   */
  release(): void {
    const words = this.#words;
    const at = this.#at;
    const plain = (words[at + DEPTH] | words[at + TASK] | lateWakes) === 0;
    if (plain && compareExchange(words, at, mine, FREE) === mine) return;
    releaseSlow(at);
  }

  /** True while a thread or task holds it, and while it is broken. */
  locked(): boolean {
    return load(this.#words, this.#at) !== FREE;
  }

  /** True from the moment its owner was found dead until `recover()`. */
  get broken(): boolean {
    return load(this.#words, this.#at) === BROKEN;
  }

  /**
   * Accepts the state that a dead owner left behind: a broken lock is free again. Repair the data that it guards
   * first.
   * @returns true if it was broken
   */
  recover(): boolean {
    return compareExchange(this.#words, this.#at, BROKEN, FREE) === BROKEN;
  }

  #acquireSlow(limit: number): this | null {
    const words = this.#words;
    const at = this.#at;
    const word = load(words, at);
    // 1. A task of this thread has it. In that task: again. Else its code can't run while we block.
    if (isMine(word)) {
      if (inTask(words[at + TASK])) {
        words[at + DEPTH]++;
        return this;
      }
      if (limit === 0) return null;
      if (limit === Number.POSITIVE_INFINITY) throw blockingError();
    } else if (limit > 0) {
      // 2. Another thread has it: its section may be over in a moment.
      const spun = spin(
        () => load(words, at) === FREE && compareExchange(words, at, FREE, mine) === FREE,
        this.#spins,
      );
      this.#spins = spun.budget;
      if (spun.free) return this;
    } else if (word !== BROKEN) return null;
    // 3. Stand in line.
    const steps = acquireSteps(at, BLOCKING);
    return parkSync(steps, deadlineOf(limit), "acquire the lock", "acquireAsync()") ? this : null;
  }

  /** @internal */
  [kInspect](): string {
    return describeRLock(this.#at);
  }
}

defineKind(Kind.RLock, RLock);
defineRobust(Kind.RLock, {
  queue: QUEUE,
  breakOwned: (at, ident) => breakOwned(at, BLOCKING, ident),
  passOn: (at) => passOn(at, BLOCKING),
});
