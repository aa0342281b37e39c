/** What a future came to, as values of this realm. */
import { CancelledError } from "../errors/errors.ts";
import { kindOf } from "../memory/allocator.ts";
import { words } from "../memory/arena.ts";
import { Kind } from "../memory/layout.ts";
import { isBlock, open } from "../shared/cell.ts";
import { unpackHeld } from "../threading/held-code.ts";
import { isPlain, prepare } from "../threading/message.ts";
import { F_VALUE, FAILED, FINISHED, stateIn, wordOf } from "./words.ts";

/** The result of a future that is done, or what `result()` throws. */
export function valueOf(at: number): unknown {
  const state = stateIn(wordOf(at));
  const cell = words[at + F_VALUE];
  if (state === FINISHED) return open(cell);
  if (state === FAILED) return unpackHeld(cell, "read the error of a task", REMEDY);
  return cancelledError();
}

const REMEDY = "Import that module in this thread, or await the future.";

/** Loads the modules that code in the outcome needs; undefined if there is nothing to wait for. */
export function preparation(at: number): Promise<void> | undefined {
  const cell = words[at + F_VALUE];
  if (!isBlock(cell) || kindOf(cell) !== Kind.Message || isPlain(cell)) return undefined;
  return prepare(cell);
}

function cancelledError(): CancelledError {
  return new CancelledError(
    "cannot take the result of the future: it was cancelled before it ran. Look at cancelled() first, or submit it again.",
  );
}
