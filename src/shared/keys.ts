/**
 * Keys of maps and sets: what is equal to what, and its hash. As in a JavaScript Map, keys are equal by SameValueZero;
 * those that are objects must be shared ones, as any other object would be a copy, equal to nothing.
 *
 * A key is looked up as it is, with the `word` that its cell would be, or 0 if its cell is a block of its own.
 */
import { describe, typeError } from "../errors/errors.ts";
import { kindOf } from "../memory/allocator.ts";
import { loadFloat } from "../memory/float.ts";
import { handleOf } from "../memory/handle.ts";
import { Kind } from "../memory/layout.ts";
import { FALSE, isBlock, NULL, open, pack, TRUE, UNDEFINED } from "./cell.ts";
import { hashNumber, hashText, hashWord } from "./hash.ts";
import { isText } from "./text-cell.ts";

/** The key that stands for all keys equal to it: 0 for -0. */
export function normal<K>(key: K): K {
  return (key as unknown) === 0 ? (0 as K) : key;
}

/**
 * The cell of a key that is one word, or the index of a shared object; 0 for other keys.
 * @throws TypeError (INVALID_KEY) for what can't be a key
 */
export function wordOf(key: unknown, verb: string): number {
  switch (typeof key) {
    case "string":
    case "bigint":
      return 0;
    case "number": {
      const word = key << 1;
      return word >> 1 === key ? word | 1 : 0;
    }
    case "boolean":
      return key ? TRUE : FALSE;
    case "undefined":
      return UNDEFINED;
    case "object": {
      if (key === null) return NULL;
      const handle = handleOf(key);
      if (handle !== undefined) return handle.at;
    }
  }
  throw typeError(
    "INVALID_KEY",
    `cannot ${verb}: the key is ${describe(key)}. Give a string, number, bigint, boolean, null, undefined or a shared object of threadkit.`,
  );
}

export function hashOf(key: unknown, word: number, seed0: number, seed1: number): number {
  if (word !== 0) return hashWord(word, seed0);
  if (typeof key === "string") return hashText(key, seed0, seed1);
  if (typeof key === "number") return hashNumber(key, seed0, seed1);
  return hashText((key as bigint).toString(36), seed1, seed0);
}

/** Does `cell` hold the key, whose cell is a block of its own? */
export function isKey(cell: number, key: unknown): boolean {
  if (!isBlock(cell)) return false;
  const kind = kindOf(cell);
  if (typeof key === "string") return kind === Kind.String && isText(cell, key);
  if (typeof key === "bigint") return kind === Kind.Message && open(cell) === key;
  return kind === Kind.Double && Object.is(loadFloat(cell), key); // no key is -0
}

/** The cell of a key, as `pack` does it. */
export function packKey(key: unknown, word: number, owner: object): number {
  return word !== 0 && !isBlock(word) ? word : pack(key, "a key", owner);
}
