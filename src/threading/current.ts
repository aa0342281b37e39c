/** Who runs here, who else lives, and sleeping. */
import { nativeThreadId } from "#host";
import { describe, rangeError, typeError } from "../errors/errors.ts";
import { release } from "../memory/allocator.ts";
import { words } from "../memory/arena.ts";
import { checkOptions, checkSignal, type Signal, TIMEOUT_MAX } from "../parking/deadline.ts";
import { T_NATIVE } from "../parking/layout.ts";
import { sleepSync } from "../parking/park.ts";
import { ident } from "../parking/realm.ts";
import { currentBlock, liveBlocks, mainBlock } from "./registry.ts";
import { type Thread, threadAt } from "./thread.ts";

/**
 * The thread that runs this code: main, or the `Thread` whose target it is. Does not block.
 * @throws RuntimeError (NO_THREAD) in code that runs in a worker between two threads
 */
export function currentThread(): Thread {
  return threadAt(currentBlock());
}

/** The thread that the process began with. */
export function mainThread(): Thread {
  return threadAt(mainBlock());
}

/** All threads alive now, oldest first: main, daemons, and those just started; none that was joined. */
export function enumerate(): Thread[] {
  return liveBlocks().map((at) => {
    const thread = threadAt(at);
    release(at);
    return thread;
  });
}

/** How many threads are alive: the length of `enumerate()`. */
export function activeCount(): number {
  const blocks = liveBlocks();
  for (const at of blocks) release(at);
  return blocks.length;
}

/** Ident of the calling thread: above zero, never used again. */
export function getIdent(): number {
  return ident;
}

/** The OS's id of the calling thread, where the host can tell it. */
export function getNativeId(): number | undefined {
  const at = currentBlock();
  if (words[at + T_NATIVE] === 0) words[at + T_NATIVE] = nativeThreadId() ?? 0;
  return words[at + T_NATIVE] || undefined;
}

/**
 * Blocks the calling thread; twin: `sleepAsync`.
 * @param ms milliseconds, from 0 to TIMEOUT_MAX
 * @throws RangeError, TypeError (INVALID_TIMEOUT)
 * @throws BlockingError (BLOCKING_NOT_ALLOWED) where this thread must not block
 */
export function sleep(ms: number): void {
  sleepSync(checkDuration(ms));
}

/**
 * Resolves after `ms` milliseconds, and holds the process until then. Never blocks; twin: `sleep`.
 * @param ms milliseconds, from 0 to TIMEOUT_MAX
 * @param options.signal ends the wait when it aborts
 * @throws RangeError, TypeError (INVALID_TIMEOUT, INVALID_OPTIONS, INVALID_SIGNAL); rejects with `signal.reason` when
 *   aborted
 */
export async function sleepAsync(ms: number, options?: { signal?: Signal }): Promise<void> {
  checkDuration(ms);
  const signal = checkSignal(checkOptions(options, "sleep").signal, "sleep");
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", abort, { once: true });
  });
}

function checkDuration(ms: unknown): number {
  if (typeof ms !== "number") {
    throw typeError(
      "INVALID_TIMEOUT",
      `cannot sleep: the duration is ${describe(ms)}. Give a number of milliseconds.`,
    );
  }
  if (!(ms >= 0 && ms <= TIMEOUT_MAX)) {
    throw rangeError(
      "INVALID_TIMEOUT",
      `cannot sleep: the duration is ${ms}. Give milliseconds from 0 to ${TIMEOUT_MAX} (TIMEOUT_MAX).`,
    );
  }
  return ms;
}
