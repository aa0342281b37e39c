/**
 * Lock: mutual exclusion, not reentrant, without an owner: any thread may release it. Its word and its slow paths
 * are those of mutex.ts; that the word names the thread that took it serves the supervisor only.
 */
import { compareExchange, load } from "#atomics";
import { RuntimeError } from "../errors/errors.ts";
import { cover, words } from "../memory/arena.ts";
import { defineKind, kAt, kInspect } from "../memory/handle.ts";
import { Kind } from "../memory/layout.ts";
import { checkWait, deadlineOf, type WaitOptions } from "../parking/deadline.ts";
import { parkSync } from "../parking/park.ts";
import { parkAsync } from "../parking/park-async.ts";
import { wake } from "../parking/queue.ts";
import { mine } from "../parking/realm.ts";
import { defineRobust } from "../parking/robust.ts";
import { spin } from "../parking/spin.ts";
import { lineLength } from "./line.ts";
import { type AcquireOptions, acquireTimeout, LockableObject } from "./lockable.ts";
import {
  acquireSteps,
  BROKEN,
  breakOwned,
  brokenError,
  CONTENDED,
  FREE,
  type HandOverTo,
  holderOf,
  letGo,
  MUTEX_WORDS,
  type MutexKind,
  passOn,
  QUEUE,
  type WaitableLock,
} from "./mutex.ts";

const PLAIN: MutexKind = {};

/**
 * A mutual-exclusion lock. Not reentrant; any thread may release it.
 *
 * What happened before `release()` in one thread happens before the `acquire()` that it lets through in another.
 *
 * @example
 * ```ts run
 * import { Lock, SharedInt32, Thread } from "threadkit";
 * const lock = new Lock();
 * const hits = new SharedInt32(0);
 * const threads = [1, 2, 3].map(() => new Thread({ target: () => lock.with(() => { hits.value += 1; }) }).start());
 * for (const t of threads) t.join();
 * console.log(hits.value); // 3
 * ```
 */
export class Lock extends LockableObject {
  readonly #words: Int32Array;
  readonly #at: number;
  #spins = 0;

  constructor() {
    super(Kind.Lock, MUTEX_WORDS);
    this.#at = this[kAt];
    this.#words = cover(this.#at + MUTEX_WORDS);
  }

  /**
   * Takes the lock, waiting as long as it is held. Blocks; twin: `acquireAsync`.
   * @param options.blocking false: try once
   * @param options.timeout milliseconds to wait at most
   * @returns the lock, for `using`; null when the time was up or, without blocking, the lock was held
   * @throws BrokenLockError (LOCK_BROKEN) if the thread that held it was killed
   * @throws RangeError, TypeError (INVALID_TIMEOUT, INVALID_OPTIONS)
   * @throws BlockingError (BLOCKING_NOT_ALLOWED) where this thread must not block
   */
  acquire(): this;
  acquire(options: AcquireOptions): this | null;
  acquire(options?: AcquireOptions): this | null {
    const limit =
      options === undefined ? Number.POSITIVE_INFINITY : acquireTimeout(options, "acquire the lock");
    if (compareExchange(this.#words, this.#at, FREE, mine) === FREE) return this;
    return this.#acquireSlow(limit);
  }

  /**
   * Takes the lock without blocking the event loop. Twin: `acquire`.
   * @param options.timeout milliseconds to wait at most
   * @param options.signal ends the wait when it aborts
   * @returns the lock; null when the time was up
   * @throws like `acquire`; TypeError (INVALID_SIGNAL); rejects with `signal.reason` when aborted
   */
  acquireAsync(): Promise<this>;
  acquireAsync(options: WaitOptions): Promise<this | null>;
  async acquireAsync(options?: WaitOptions): Promise<this | null> {
    const { timeout, signal } = checkWait(options, "acquire the lock");
    signal?.throwIfAborted();
    if (compareExchange(this.#words, this.#at, FREE, mine) === FREE) return this;
    return (await parkAsync(acquireSteps(this.#at, PLAIN), timeout, signal)) ? this : null;
  }

  /**
   * Lets the lock go and wakes the first in line. Does not block. Any thread may call it.
   * @throws RuntimeError (LOCK_NOT_HELD) if the lock is free; BrokenLockError (LOCK_BROKEN) if it is broken
   */
  release(): void {
    if (compareExchange(this.#words, this.#at, mine, FREE) !== mine) releaseSlow(this.#at);
  }

  /** True while a thread holds it, and while it is broken. */
  locked(): boolean {
    return load(this.#words, this.#at) !== FREE;
  }

  /** True from the moment its holder was found dead until `recover()`. */
  get broken(): boolean {
    return load(this.#words, this.#at) === BROKEN;
  }

  /**
   * Accepts the state that a dead holder left behind: a broken lock is free again. Repair the data that it guards
   * first.
   * @returns true if it was broken
   */
  recover(): boolean {
    return compareExchange(this.#words, this.#at, BROKEN, FREE) === BROKEN;
  }

  #acquireSlow(limit: number): this | null {
    const words = this.#words;
    const at = this.#at;
    if (limit > 0) {
      const spun = spin(
        () => load(words, at) === FREE && compareExchange(words, at, FREE, mine) === FREE,
        this.#spins,
      );
      this.#spins = spun.budget;
      if (spun.free) return this;
    } else if (load(words, at) !== BROKEN) return null;
    return parkSync(acquireSteps(at, PLAIN), deadlineOf(limit), "acquire the lock", "acquireAsync()")
      ? this
      : null;
  }

  /** @internal */
  [kInspect](): string {
    const word = load(this.#words, this.#at);
    if (word === FREE) return "Lock { free }";
    if (word === BROKEN) return "Lock { broken }";
    const waiting = word & CONTENDED ? lineLength(this.#at + QUEUE) : 0;
    return `Lock { held by thread ${holderOf(word)}${waiting > 0 ? `, ${waiting} waiting` : ""} }`;
  }
}

function releaseSlow(at: number, handOver?: HandOverTo): void {
  const found = letGo(at, PLAIN, handOver);
  if (found === FREE) throw notHeldError();
  if (found === BROKEN) throw brokenError("release");
}

function notHeldError(): RuntimeError {
  return new RuntimeError(
    "LOCK_NOT_HELD",
    "cannot release the lock: it is not held. Release it once for each acquire; `using` or with() do so by themselves.",
  );
}

/** Without an owner, all that a condition can ask is whether the lock is held. */
export const lockOfCondition: WaitableLock = {
  mustHold(at, verb) {
    const word = load(words, at);
    if (word === BROKEN) throw brokenError(verb);
    if (word === FREE) {
      throw new RuntimeError(
        "LOCK_NOT_OWNED",
        `cannot ${verb}: the lock of the condition is free. Acquire it first.`,
      );
    }
  },
  surrender(at, handOver) {
    releaseSlow(at, handOver);
    return { depth: 0, task: 0 };
  },
  wake(_at, _queue, nodes) {
    for (const node of nodes) wake(node);
  },
  kind: () => PLAIN,
  restore() {},
  forfeit() {},
  breakOwned: (at, ident) => breakOwned(at, PLAIN, ident),
};

defineKind(Kind.Lock, Lock);
defineRobust(Kind.Lock, {
  queue: QUEUE,
  breakOwned: (at, ident) => breakOwned(at, PLAIN, ident),
  passOn: (at) => passOn(at, PLAIN),
});
