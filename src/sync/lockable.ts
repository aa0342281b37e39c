/// <reference lib="esnext.disposable" preserve="true" />
/** What every lock can do besides acquire and release, and the checks of their arguments. */
import { describe, typeError } from "../errors/errors.ts";
import { kAt, SharedObject } from "../memory/handle.ts";
import type { Kind } from "../memory/layout.ts";
import { checkOptions, checkTimeout, type WaitOptions } from "../parking/deadline.ts";
import { runHolding, runHoldingAsync } from "./holding.ts";
import { isLoss } from "./mutex.ts";

/** Index of the block of the lock itself, which a condition has beside its own. */
export const kLockAt: unique symbol = Symbol("threadkit.lockAt");

/** How long a blocking `acquire`, `get` or `put` waits at most. */
export interface AcquireOptions {
  /** false: try once and return at once. Not together with a timeout. */
  blocking?: boolean;
  /** Milliseconds, up to TIMEOUT_MAX; absent or Infinity: no limit, 0: try once. */
  timeout?: number;
}

/** A mutual-exclusion object that `using` and `with` release on every way out. */
export interface Lockable extends Disposable {
  /**
   * Takes it, waiting while it is held. Blocks; twin: `acquireAsync`.
   * @throws BlockingError (BLOCKING_NOT_ALLOWED) where this thread must not block
   */
  acquire(): this;
  /** The same with a limit. Blocks as long; twin: `acquireAsync`. @returns null if it was held all that time @throws like `acquire()` */
  acquire(options: AcquireOptions): this | null;
  /** Takes it without blocking the event loop. Twin: `acquire`. */
  acquireAsync(): Promise<this>;
  /** The same with a limit. @returns null when the time was up; rejects with `signal.reason` when aborted */
  acquireAsync(options: WaitOptions): Promise<this | null>;
  /** Lets it go. Does not block. */
  release(): void;
  /** True while it is held. */
  locked(): boolean;
  /** Runs `body` with it held. Blocks; twin: `withAsync`. @returns what `body` returned @throws like `acquire` */
  with<T>(body: () => T): T;
  /** Runs `body` with it held until its promise settles. Twin: `with`. @returns what `body` resolved to */
  withAsync<T>(body: () => T | PromiseLike<T>): Promise<T>;
}

/** The timeout that acquire options ask for; `blocking: false` is a timeout of zero. */
export function acquireTimeout(options: AcquireOptions | undefined, verb: string): number {
  const { blocking, timeout } = checkOptions(options, verb) as AcquireOptions;
  if (blocking !== undefined && typeof blocking !== "boolean") {
    throw typeError(
      "INVALID_OPTIONS",
      `cannot ${verb}: blocking is ${describe(blocking)}. Give true or false.`,
    );
  }
  const limit = checkTimeout(timeout, verb);
  if (blocking !== false) return limit;
  if (timeout !== undefined) {
    throw typeError(
      "INVALID_OPTIONS",
      `cannot ${verb}: blocking is false and there is a timeout too. Leave out one of the two.`,
    );
  }
  return 0;
}

/** `with`, `withAsync` and `using` on top of acquire and release. */
export abstract class LockableObject extends SharedObject implements Lockable {
  /** @internal */
  constructor(kind: Kind, size: number) {
    super(kind, size);
  }
  abstract acquire(): this;
  abstract acquire(options: AcquireOptions): this | null;
  abstract acquireAsync(): Promise<this>;
  abstract acquireAsync(options: WaitOptions): Promise<this | null>;
  abstract release(): void;
  abstract locked(): boolean;

  /** Releases it: what `using` calls. */
  [Symbol.dispose](): void {
    this.release();
  }

  /**
   * Runs `body` with the lock held and releases it on every way out. Blocks; twin: `withAsync`.
   * @returns what `body` returned
   * @throws what `body` throws; like `acquire`; TypeError (INVALID_ARGUMENT) if `body` is no function
   */
  with<T>(body: () => T): T {
    return runHolding(this, body, SECTION, hasLost);
  }

  /**
   * Runs `body` with the lock held until the promise that it returned settles. Never blocks; twin: `with`.
   * @returns what `body` resolved to
   * @throws what `body` throws or rejects with; like `acquireAsync`; TypeError (INVALID_ARGUMENT)
   */
  withAsync<T>(body: () => T | PromiseLike<T>): Promise<T> {
    return runHoldingAsync(this, body, SECTION, hasLost);
  }

  /** @internal */
  get [kLockAt](): number {
    return this[kAt];
  }
}

const SECTION = "run a section under the lock";

/**
 * A wait on a condition whose lock broke has lost the lock: a release then would be of another's hold, if the lock has
 * no owner and was recovered meanwhile.
 */
function hasLost(held: LockableObject, error: unknown): boolean {
  return isLoss(error, held[kLockAt]);
}
