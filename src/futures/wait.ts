/** wait and waitAsync: until some or all of several futures are done. */
import { describe, typeError } from "../errors/errors.ts";
import { checkOptions, checkSignal, checkTimeout, deadlineOf, type Signal } from "../parking/deadline.ts";
import type { Future } from "./future.ts";
import { hasFailed, Watch } from "./watch.ts";

/** What `wait` waits for. */
export type ReturnWhen = "ALL_COMPLETED" | "FIRST_COMPLETED" | "FIRST_EXCEPTION";

/** How long `wait` waits at most, and what for. */
export interface FuturesWaitOptions {
  /** Milliseconds to wait at most. */
  timeout?: number;
  /** Default: ALL_COMPLETED. FIRST_EXCEPTION: when one has failed, or all are done; cancelling is no failure. */
  returnWhen?: ReturnWhen;
}

/** Each future once, in the order given. */
export interface WaitResult<T> {
  /** Who has a result or an error, or is cancelled. */
  readonly done: Set<Future<T>>;
  /** Who is left; empty unless the wait ended early. */
  readonly notDone: Set<Future<T>>;
}

const VERB = "wait for futures";
const MODES = ["ALL_COMPLETED", "FIRST_COMPLETED", "FIRST_EXCEPTION"];

/**
 * Waits until futures are done: all, one, or one that failed. Blocks; twin: `waitAsync`. A cancelled future is done.
 * @param futures given twice, one counts once
 * @returns who is done and who is not; when the time was up, too
 * @throws TypeError, RangeError (INVALID_ARGUMENT, INVALID_OPTIONS, INVALID_TIMEOUT)
 * @throws BlockingError (BLOCKING_NOT_ALLOWED) where this thread must not block
 *
 * @example
 * ```ts run
 * import { ThreadPoolExecutor, wait } from "threadkit";
 * using pool = new ThreadPoolExecutor(2);
 * const futures = [1, 2, 3].map((n) => pool.submit((x: number) => x * 10, n));
 * const { done, notDone } = wait(futures);
 * console.log(done.size, notDone.size); // 3 0
 * ```
 */
export function wait<T>(futures: Iterable<Future<T>>, options?: FuturesWaitOptions): WaitResult<T> {
  const { deadline, returnWhen } = check(options);
  const all = new Watch(futures, VERB);
  const order = [...all.pending];
  try {
    while (!isEnough(order, all, returnWhen) && all.block(deadline, VERB, "waitAsync()"));
  } finally {
    all.end();
  }
  return split(order, all);
}

/**
 * The same without blocking. Twin: `wait`.
 * @param options.signal gives the wait up
 * @throws like `wait`, TypeError (INVALID_SIGNAL); rejects with `signal.reason` when aborted
 */
export async function waitAsync<T>(
  futures: Iterable<Future<T>>,
  options?: FuturesWaitOptions & { signal?: Signal },
): Promise<WaitResult<T>> {
  const { deadline, returnWhen, signal } = check(options);
  signal?.throwIfAborted();
  const all = new Watch(futures, VERB);
  const order = [...all.pending];
  try {
    while (!isEnough(order, all, returnWhen) && (await all.next(deadline, signal)));
  } finally {
    all.end();
  }
  return split(order, all);
}

function isEnough(order: readonly Future<unknown>[], all: Watch<unknown>, returnWhen: ReturnWhen): boolean {
  const fresh = all.take();
  if (all.pending.size === 0) return true;
  if (returnWhen === "FIRST_COMPLETED") return all.pending.size < order.length;
  return returnWhen === "FIRST_EXCEPTION" && fresh.some(hasFailed);
}

function split<T>(order: readonly Future<T>[], all: Watch<T>): WaitResult<T> {
  all.take();
  return { done: new Set(order.filter((future) => !all.pending.has(future))), notDone: all.pending };
}

function check(options: (FuturesWaitOptions & { signal?: Signal }) | undefined) {
  const {
    returnWhen = "ALL_COMPLETED",
    timeout,
    signal,
  } = checkOptions(options, VERB) as FuturesWaitOptions & {
    signal?: Signal;
  };
  if (!MODES.includes(returnWhen)) {
    throw typeError(
      "INVALID_OPTIONS",
      `cannot ${VERB}: returnWhen is ${describe(returnWhen)}. Give ${MODES.join(", ")}.`,
    );
  }
  return {
    returnWhen,
    deadline: deadlineOf(checkTimeout(timeout, VERB)),
    signal: checkSignal(signal, VERB),
  };
}

// The bundler renames them: the atomics' own are called so too.
for (const [name, value] of Object.entries({ wait, waitAsync }))
  Object.defineProperty(value, "name", { value: name });
