/**
 * Cells: one word that stands for any value that can cross. Containers keep their contents as cells, so that one
 * store of one word changes an entry, and whoever is killed leaves the old one or the new one.
 *
 * word           meaning
 * 0              nothing
 * odd            the integer word >> 1, from -2^30 to 2^30 - 1
 * 2, 4, 6, 8     undefined, null, true, false
 * other, even    index of a block, with one reference: a shared object, or what `pack` made (blocks begin far above 8)
 *
 * A block behind a cell never changes: who holds a reference reads it without a guard.
 */
import { allocate, kindOf, release, retain } from "../memory/allocator.ts";
import { loadFloat, storeFloat } from "../memory/float.ts";
import { adopt } from "../memory/handle.ts";
import { Kind } from "../memory/layout.ts";
import { packHeld, unpackHeld } from "../threading/held-code.ts";
import { crossingOf, isPlain } from "../threading/message.ts";
import { BRIEF, lengthOfText, openText, packText } from "./text-cell.ts";

export const NOTHING = 0;
export const UNDEFINED = 2;
export const NULL = 4;
export const TRUE = 6;
export const FALSE = 8;

/**
 * A value as a cell. What is a block is the caller's, to keep or to `drop`. `label` as refusals say it.
 * `packBytes` packs what is neither a primitive nor shared; by default so that any number of readers can read it.
 */
export function pack(value: unknown, label: string, owner: object, packBytes = packForAll): number {
  switch (typeof value) {
    case "number": {
      const word = value << 1;
      if (word >> 1 === value && (value !== 0 || !Object.is(value, -0))) return word | 1;
      const at = allocate(Kind.Double, 2);
      storeFloat(at, value);
      return at;
    }
    case "boolean":
      return value ? TRUE : FALSE;
    case "undefined":
      return UNDEFINED;
    case "string":
      return packText(value);
    case "object": {
      if (value === null) return NULL;
      const handle = crossingOf(value);
      if (handle === undefined) break;
      retain(handle.at);
      return handle.at;
    }
  }
  return packBytes(value, label, owner);
}

function packForAll(value: unknown, label: string, owner: object): number {
  return packHeld(value, label, owner, "Keep a copy of its contents, or a shared object of threadkit.");
}

/** The value of a cell that the caller has a reference to, or reads under its container's guard. */
export function open(cell: number): unknown {
  if (cell & 1) return cell >> 1;
  switch (cell) {
    case UNDEFINED:
    case NOTHING:
      return undefined;
    case NULL:
      return null;
    case TRUE:
      return true;
    case FALSE:
      return false;
  }
  const kind = kindOf(cell);
  if (kind === Kind.Double) return loadFloat(cell);
  if (kind === Kind.String) return openText(cell);
  if (kind !== Kind.Message) return adopt(kind, cell);
  return unpackHeld(
    cell,
    "read a shared value",
    "Import that module in this thread, or try again after a turn of the event loop.",
  );
}

/** One more reference to a cell's block, if it has one. */
export function keep(cell: number): number {
  if (isBlock(cell)) retain(cell);
  return cell;
}

/** Gives a reference back. Not under a guard: it may free a whole container. */
export function drop(cell: number): void {
  if (isBlock(cell)) release(cell);
}

/** Reading it is a few dozen instructions, which may be done under a guard. */
export function isBrief(cell: number): boolean {
  if (!isBlock(cell)) return true;
  const kind = kindOf(cell);
  return kind === Kind.String ? lengthOfText(cell) <= BRIEF : kind === Kind.Double;
}

/** `open` of it can't fail for want of shared memory or of a module: it may be taken out first and opened then. */
export function isSure(cell: number): boolean {
  if (isBrief(cell)) return true;
  const kind = kindOf(cell);
  return kind === Kind.String || (kind === Kind.Message && isPlain(cell));
}

export function isBlock(cell: number): boolean {
  return (cell & 1) === 0 && cell > FALSE;
}
