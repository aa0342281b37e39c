/**
 * Keys of maps and sets: what is equal to what, and its hash. As in a JavaScript Map, keys are equal by SameValueZero;
 * those that are objects must be shared ones, as any other object would be a copy, equal to nothing.
 *
 * A key is looked up as it is, with the `word` that its cell would be, or 0 if its cell is a block of its own.
 */
import { describe, typeError } from "../errors/errors.ts";
import { kindOf } from "../memory/allocator.ts";
import { loadFloat } from "../memory/float.ts";
import { handleOf, type SharedObject } from "../memory/handle.ts";
import { Kind } from "../memory/layout.ts";
import { FALSE, isBlock, NULL, open, pack, TRUE, UNDEFINED } from "./cell.ts";
import { hashNumber, hashText, hashWord } from "./hash.ts";
import { isText } from "./text-cell.ts";

/** What can be a key of a SharedMap, and be in a SharedSet: primitives, and shared objects. */
export type SharedKey = string | number | bigint | boolean | null | undefined | SharedObject;

/** Instead of a key that no map can have. Nothing is of this type. */
export interface CannotBeKey<Why extends string> {
  /** The reason. */
  readonly [refusedKey]: Why;
}
declare const refusedKey: unique symbol;
type NoKey =
  CannotBeKey<"A key is a string, number, bigint, boolean, null, undefined or a shared object of threadkit">;

type NotShared =
  | symbol
  | readonly unknown[]
  | Date
  | RegExp
  | Error
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  | ArrayBufferView
  | Promise<unknown>;
type Method = (...args: never[]) => unknown;
/** An interface with methods may be that of a shared object; one with nothing but data is a plain object's. */
type IsPlain<K> = [keyof K] extends [never]
  ? false
  : [Extract<{ [P in keyof K]: K[P] extends Method ? true : never }[keyof K], true>] extends [never]
    ? true
    : false;

/** Of `any`, `unknown`, type parameters and unions with a key it is not known: no. */
type IsNoKey<K> = [0] extends [1 & K]
  ? false
  : [K] extends [never]
    ? false
    : [Extract<K, SharedKey>] extends [never]
      ? [K] extends [NotShared]
        ? true
        : [K] extends [object]
          ? IsPlain<K>
          : false
      : false;

/** What a SharedMap is made of: entries, unless no key could be in it. */
export type MapEntries<K, V> =
  IsNoKey<K> extends true
    ? [keyMustBePrimitiveOrShared: readonly (readonly [NoKey, V])[]]
    : [entries?: Iterable<readonly [K, V]> | null];

/** What a SharedSet is made of. */
export type SetValues<T> =
  IsNoKey<T> extends true ? [valueMustBePrimitiveOrShared: readonly NoKey[]] : [values?: Iterable<T> | null];

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
