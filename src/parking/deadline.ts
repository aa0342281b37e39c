/** Timeouts: checked once, at the door, before anything changes. All in milliseconds. */
import { describe, rangeError, typeError } from "../errors/errors.ts";

/** The longest finite timeout in milliseconds (24.8 days, the longest timer of the runtimes). */
export const TIMEOUT_MAX = 2_147_483_647;

/** An `AbortSignal`, if there are declarations of it: they may be Node's, or DOM's, or missing. */
export type Signal = typeof globalThis extends { AbortSignal: { prototype: infer Known } }
  ? Known
  : { readonly aborted: boolean; readonly reason: unknown };

/** How long an `Async` wait lasts at most. */
export interface WaitOptions {
  /** Milliseconds, up to TIMEOUT_MAX; absent or Infinity: no limit, 0: try once. */
  timeout?: number;
  /** Ends the wait when it aborts: the promise rejects with its reason, and nobody is left in line. */
  signal?: Signal;
}

/** `Infinity` for no limit, else a finite number ≥ 0. `verb` names the call in refusals. */
export function checkTimeout(timeout: unknown, verb: string): number {
  if (timeout === undefined || timeout === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  if (typeof timeout !== "number") {
    throw typeError(
      "INVALID_TIMEOUT",
      `cannot ${verb}: timeout is ${describe(timeout)}. Give a number of milliseconds, or leave it out to wait for ever.`,
    );
  }
  if (!(timeout >= 0 && timeout <= TIMEOUT_MAX)) {
    throw rangeError(
      "INVALID_TIMEOUT",
      `cannot ${verb}: timeout is ${timeout}. Give milliseconds from 0 to ${TIMEOUT_MAX} (TIMEOUT_MAX), or leave it out to wait for ever.`,
    );
  }
  return timeout;
}

export function checkSignal(signal: unknown, verb: string): Signal | undefined {
  if (signal === undefined) return undefined;
  if (typeof signal === "object" && signal !== null && "aborted" in signal && "addEventListener" in signal) {
    return signal as Signal;
  }
  throw typeError("INVALID_SIGNAL", `cannot ${verb}: signal is ${describe(signal)}. Give an AbortSignal.`);
}

/** Checks an options argument as a whole. */
export function checkOptions(options: unknown, verb: string): WaitOptions {
  if (options === undefined) return {};
  if (typeof options !== "object" || options === null) {
    throw typeError(
      "INVALID_OPTIONS",
      `cannot ${verb}: the options are ${describe(options)}. Give an object such as { timeout: 1000 }.`,
    );
  }
  return options;
}

/** Timeout and signal of an `Async` wait. */
export function checkWait(
  options: WaitOptions | undefined,
  verb: string,
): { timeout: number; signal: Signal | undefined } {
  const { timeout, signal } = checkOptions(options, verb);
  return { timeout: checkTimeout(timeout, verb), signal: checkSignal(signal, verb) };
}

/** The point in time at which a timeout ends. */
export function deadlineOf(timeout: number): number {
  return timeout === Number.POSITIVE_INFINITY ? timeout : performance.now() + timeout;
}
