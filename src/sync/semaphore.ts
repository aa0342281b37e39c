/** Semaphore and BoundedSemaphore: permits. Their words and slow paths are in permits.ts. */
import { compareExchange, load } from "#atomics";
import { cover } from "../memory/arena.ts";
import { defineKind, isAdopting, kAt, kInspect, SharedObject } from "../memory/handle.ts";
import { Kind } from "../memory/layout.ts";
import { checkWait, deadlineOf, type WaitOptions } from "../parking/deadline.ts";
import { QUEUE_WORDS } from "../parking/layout.ts";
import { parkSync } from "../parking/park.ts";
import { parkAsync } from "../parking/park-async.ts";
import { spin } from "../parking/spin.ts";
import { checkCount } from "./count.ts";
import { runHolding, runHoldingAsync } from "./holding.ts";
import { lineLength } from "./line.ts";
import { type AcquireOptions, acquireTimeout } from "./lockable.ts";
import { AWAITED, acquireSteps, LIMIT, MOST, ONE, QUEUE, releaseSlow, take, valueOf } from "./permits.ts";

const ACQUIRE = "acquire the semaphore";
const RELEASE = "release the semaphore";
const SECTION = "run a section with the semaphore";

/** Kind of the block of a subclass. */
export const kKind: unique symbol = Symbol("threadkit.kind");

/**
 * A number of permits: `acquire()` takes one and waits while there is none, `release()` gives back.
 *
 * What happened before `release()` in one thread happens before the `acquire()` that it lets through in another.
 * A permit has no owner: any thread may release, and one that a killed thread had taken is not given back.
 *
 * @example
 * ```ts run
 * import { Semaphore, SharedInt32, sleep, Thread } from "threadkit";
 * const seats = new Semaphore(2);
 * const inside = new SharedInt32(0);
 * const most = new SharedInt32(0);
 * function visit() {
 *   using _ = seats.acquire();
 *   most.value = Math.max(most.value, inside.add(1) + 1);
 *   sleep(5);
 *   inside.sub(1);
 * }
 * const threads = [1, 2, 3, 4].map(() => new Thread({ target: visit }).start());
 * for (const t of threads) t.join();
 * console.log(most.value <= 2, seats.value); // true 2
 * ```
 */
export class Semaphore extends SharedObject implements Disposable {
  readonly #words: Int32Array;
  readonly #at: number;
  readonly #limit: number;
  #spins = 0;

  /** @internal */
  static readonly [kKind]: Kind = Kind.Semaphore;

  /**
   * @param value permits that are free at first: a whole number from 0 on. Default: 1
   * @throws RangeError, TypeError (INVALID_VALUE)
   */
  constructor(value = 1) {
    const born = !isAdopting();
    if (born) checkCount(value, 0, MOST, "make a semaphore", "the value");
    const kind = new.target[kKind];
    super(kind, QUEUE + QUEUE_WORDS);
    const at = this[kAt];
    this.#at = at;
    this.#words = cover(at + QUEUE + QUEUE_WORDS);
    if (born) {
      this.#words[at] = value * ONE;
      this.#words[at + LIMIT] = kind === Kind.BoundedSemaphore ? value : MOST;
    }
    this.#limit = this.#words[at + LIMIT];
  }

  /**
   * Takes a permit, waiting while there is none. Blocks; twin: `acquireAsync`.
   * @param options.blocking false: try once
   * @param options.timeout milliseconds to wait at most
   * @returns the semaphore, for `using`; null when the time was up or, without blocking, there was no permit
   * @throws RangeError, TypeError (INVALID_TIMEOUT, INVALID_OPTIONS)
   * @throws BlockingError (BLOCKING_NOT_ALLOWED) where this thread must not block
   */
  acquire(): this;
  acquire(options: AcquireOptions): this | null;
  acquire(options?: AcquireOptions): this | null {
    const limit = options === undefined ? Number.POSITIVE_INFINITY : acquireTimeout(options, ACQUIRE);
    const words = this.#words;
    const at = this.#at;
    const word = load(words, at);
    if (word >= ONE && compareExchange(words, at, word, word - ONE) === word) return this;
    return this.#acquireSlow(limit);
  }

  /**
   * Takes a permit without blocking the event loop. Twin: `acquire`.
   * @param options.timeout milliseconds to wait at most
   * @param options.signal ends the wait when it aborts
   * @returns the semaphore; null when the time was up
   * @throws like `acquire`; TypeError (INVALID_SIGNAL); rejects with `signal.reason` when aborted
   */
  acquireAsync(): Promise<this>;
  acquireAsync(options: WaitOptions): Promise<this | null>;
  async acquireAsync(options?: WaitOptions): Promise<this | null> {
    const { timeout, signal } = checkWait(options, ACQUIRE);
    signal?.throwIfAborted();
    if (take(this.#words, this.#at)) return this;
    return (await parkAsync(acquireSteps(this.#at), timeout, signal)) ? this : null;
  }

  /**
   * Gives `n` permits back and wakes as many of those in line. Does not block. Any thread may call it.
   * @param n a whole number from 1 on. Default: 1
   * @throws RangeError (SEMAPHORE_OVERFLOW) when there would be more permits than 1_073_741_823, or of a
   *   BoundedSemaphore more than at first; then none is given back
   * @throws RangeError, TypeError (INVALID_VALUE) for any other `n`
   */
  release(n = 1): void {
    if (n !== 1) checkCount(n, 1, MOST, RELEASE, "the number of permits");
    const words = this.#words;
    const at = this.#at;
    const word = load(words, at);
    if ((word & AWAITED) === 0 && valueOf(word) + n <= this.#limit)
      if (compareExchange(words, at, word, word + n * ONE) === word) return;
    releaseSlow(at, n, this.#limit);
  }

  /** Permits that are free now. */
  get value(): number {
    return valueOf(load(this.#words, this.#at));
  }

  /** Gives one permit back: what `using` calls. */
  [Symbol.dispose](): void {
    this.release();
  }

  /**
   * Runs `body` with a permit and gives it back on every way out. Blocks; twin: `withAsync`.
   * @returns what `body` returned
   * @throws what `body` throws; like `acquire`; TypeError (INVALID_ARGUMENT) if `body` is no function
   */
  with<T>(body: () => T): T {
    return runHolding(this, body, SECTION);
  }

  /**
   * Runs `body` with a permit until the promise that it returned settles. Never blocks; twin: `with`.
   * @returns what `body` resolved to
   * @throws what `body` throws or rejects with; like `acquireAsync`; TypeError (INVALID_ARGUMENT)
   */
  withAsync<T>(body: () => T | PromiseLike<T>): Promise<T> {
    return runHoldingAsync(this, body, SECTION);
  }

  #acquireSlow(limit: number): this | null {
    const words = this.#words;
    const at = this.#at;
    if (limit === 0) return take(words, at) ? this : null;
    const spun = spin(() => take(words, at), this.#spins);
    this.#spins = spun.budget;
    if (spun.free) return this;
    return parkSync(acquireSteps(at), deadlineOf(limit), ACQUIRE, "acquireAsync()") ? this : null;
  }

  /** @internal */
  [kInspect](): string {
    const limit = this.#limit < MOST ? ` of ${this.#limit}` : "";
    return `${this.constructor.name} { value ${this.value}${limit}, ${lineLength(this.#at + QUEUE)} waiting }`;
  }
}

/**
 * A semaphore that never has more permits free than it had at first: one release too many is an error. Everything else,
 * what happens before what included, is as in `Semaphore`.
 *
 * @example
 * ```ts run
 * import { BoundedSemaphore } from "threadkit";
 * const pool = new BoundedSemaphore(2);
 * pool.acquire();
 * pool.release();
 * try {
 *   pool.release();
 * } catch (error) {
 *   console.log((error as { code: string }).code, pool.value); // SEMAPHORE_OVERFLOW 2
 * }
 * ```
 */
export class BoundedSemaphore extends Semaphore {
  /** @internal */
  static override readonly [kKind]: Kind = Kind.BoundedSemaphore;
}

defineKind(Kind.Semaphore, Semaphore);
defineKind(Kind.BoundedSemaphore, BoundedSemaphore);
