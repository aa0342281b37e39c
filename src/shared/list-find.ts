/** Looking for a value in a list: primitives by value, shared objects by identity. */
import { describe, typeError } from "../errors/errors.ts";
import { kindOf } from "../memory/allocator.ts";
import { words } from "../memory/arena.ts";
import { loadFloat } from "../memory/float.ts";
import { handleOf } from "../memory/handle.ts";
import { Kind } from "../memory/layout.ts";
import { isSameMessage } from "../threading/message.ts";
import { FALSE, isBlock, NULL, pack, TRUE, UNDEFINED } from "./cell.ts";
import { discard, IN_HAND } from "./guarded.ts";
import { hold } from "./hands.ts";
import { countOf, enterList, leaveList } from "./list-words.ts";
import { wordOf } from "./sequence.ts";
import { isText } from "./text-cell.ts";

/**
 * Index of the first cell that holds `value`, or -1.
 *
 * @param nan is NaN found? (SameValueZero; else it is not, as ===)
 * @param doing as refusals say it
 * @throws TypeError (INVALID_VALUE) for what a list holds copies of, which equal nothing
 */
export function find(at: number, value: unknown, nan: boolean, doing: string, owner: object): number {
  switch (typeof value) {
    case "undefined":
      return scan(at, (cell) => cell === UNDEFINED);
    case "boolean":
      return scan(at, (cell) => cell === (value ? TRUE : FALSE));
    case "number":
      if (!Number.isNaN(value)) return scan(at, (cell) => numberOf(cell) === value);
      return nan ? scan(at, isNaNCell) : -1;
    case "object": {
      if (value === null) return scan(at, (cell) => cell === NULL);
      const handle = handleOf(value);
      if (handle !== undefined) return scan(at, (cell) => cell === handle.at);
      throw notFindable(value, doing);
    }
    case "string":
      return scan(at, (cell) => isBlock(cell) && kindOf(cell) === Kind.String && isText(cell, value));
    case "function":
      throw notFindable(value, doing);
  }
  const message = pack(value, "the value", owner);
  hold(IN_HAND, message);
  const found = scan(
    at,
    (cell) => isBlock(cell) && kindOf(cell) === Kind.Message && isSameMessage(cell, message),
  );
  discard(IN_HAND, message);
  return found;
}

function scan(at: number, matches: (cell: number) => boolean): number {
  const ring = enterList(at);
  const length = countOf(ring);
  let i = 0;
  while (i < length && !matches(words[wordOf(ring, i)])) i++;
  leaveList(at);
  return i < length ? i : -1;
}

/** The number that a cell is; undefined: it is none. */
function numberOf(cell: number): number | undefined {
  if (cell & 1) return cell >> 1;
  return isBlock(cell) && kindOf(cell) === Kind.Double ? loadFloat(cell) : undefined;
}

function isNaNCell(cell: number): boolean {
  return Number.isNaN(numberOf(cell) ?? 0);
}

function notFindable(value: unknown, doing: string): TypeError {
  return typeError(
    "INVALID_VALUE",
    `cannot ${doing}: a SharedList keeps copies of values like ${describe(value)}, and no copy is equal to it. Look for a primitive or a shared object, or loop over the list.`,
  );
}
