/** What a future came to, as values of this realm. */
import { CancelledError } from "../errors/errors.ts";
import { kindOf } from "../memory/allocator.ts";
import { words } from "../memory/arena.ts";
import { Kind } from "../memory/layout.ts";
import { isBlock, open } from "../shared/cell.ts";
import { unpackHeld } from "../threading/held-code.ts";
import { isPlainData, prepare } from "../threading/message.ts";
import { type CANCELLED, F_VALUE, FAILED, FINISHED, stateIn, wordOf } from "./words.ts";

export interface Outcome<T> {
  readonly state: typeof CANCELLED | typeof FINISHED | typeof FAILED;
  /** The result, or what `result()` throws. */
  readonly value: T | unknown;
}

/** Of a future that is done. */
export function outcomeOf<T>(at: number): Outcome<T> {
  const state = stateIn(wordOf(at)) as Outcome<T>["state"];
  const cell = words[at + F_VALUE];
  if (state === FINISHED) return { state, value: open(cell) };
  if (state === FAILED) return { state, value: unpackHeld(cell, "read the error of a task", REMEDY) };
  return { state, value: cancelledError() };
}

const REMEDY = "Import that module in this thread, or await the future.";

/** Loads the modules that code in the outcome needs; undefined if there is nothing to wait for. */
export function preparation(at: number): Promise<void> | undefined {
  const cell = words[at + F_VALUE];
  if (!isBlock(cell) || kindOf(cell) !== Kind.Message || isPlainData(cell)) return undefined;
  return prepare(cell);
}

export function cancelledError(): CancelledError {
  return new CancelledError(
    "cannot take the result of the future: it was cancelled before it ran. Look at cancelled() first, or submit it again.",
  );
}
