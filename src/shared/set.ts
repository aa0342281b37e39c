/** SharedSet: a Set that all threads see. Its words are those of a map without values. */
import { load } from "#atomics";
import { describe, typeError } from "../errors/errors.ts";
import { cover } from "../memory/arena.ts";
import { defineKind, isAdopting, kAt, kInspect, SharedObject } from "../memory/handle.ts";
import { Kind } from "../memory/layout.ts";
import { UNDEFINED } from "./cell.ts";
import { forEachEntry, inspectEntries, keysOf, seed, twiceOf } from "./entries.ts";
import { M_SIZE, MAP_WORDS } from "./hash-table.ts";
import { type Key, keyOf } from "./key-lock.ts";
import { normal, type SetValues, wordOf } from "./keys.ts";
import { DELETED, erase, eraseAll, has, write } from "./map-steps.ts";
import type { Inspect } from "./show.ts";

/**
 * A set that all threads see, in the order of insertion, as JavaScript's `Set`.
 *
 * Every method is atomic, and none blocks. What a thread did before it added a value happens before what another does
 * after it has found it. Values are strings, numbers, bigints, booleans, null, undefined and shared objects, as the
 * keys of a SharedMap.
 *
 * @example
 * ```ts run
 * import { SharedSet, Thread } from "threadkit";
 * const seen = new SharedSet<string>();
 * const visit = (pages: string[]) => pages.forEach((page) => seen.add(page));
 * const threads = [["a", "b"], ["b", "c"]].map((pages) =>
 *   new Thread({ target: visit, args: [pages] }).start(),
 * );
 * for (const t of threads) t.join();
 * console.log(seen.size, [...seen].sort().join(" ")); // 3 a b c
 * ```
 */
export class SharedSet<T> extends SharedObject {
  readonly #at: number;
  readonly #words: Int32Array;

  /**
   * @param values to begin with
   * @throws TypeError (INVALID_VALUE) if they are no iterable; further as `add`
   */
  constructor(...args: SetValues<T>) {
    const [values] = args as [values?: Iterable<T> | null];
    const born = !isAdopting();
    if (born && values != null && typeof values[Symbol.iterator] !== "function") {
      throw typeError(
        "INVALID_VALUE",
        `cannot make a SharedSet: the values are ${describe(values)}. Give an iterable.`,
      );
    }
    super(Kind.SharedSet, MAP_WORDS);
    this.#at = this[kAt];
    this.#words = cover(this.#at + MAP_WORDS);
    if (!born) return;
    seed(this.#at);
    for (const value of values ?? []) this.add(value);
  }

  #key(value: T, doing: string): Key {
    const found = normal(value);
    return keyOf(this.#at, found, wordOf(found, doing));
  }

  /** Number of values. */
  get size(): number {
    return load(this.#words, this.#at + M_SIZE);
  }

  /**
   * Puts a value in, at the end, unless it is there. Does not block.
   * @returns the set
   * @throws TypeError (INVALID_KEY) for what no set can have
   * @throws RangeError (ARENA_FULL); then the set is as it was
   */
  add(value: T): this {
    const key = this.#key(value, "add to the SharedSet");
    write(this.#at, key, UNDEFINED, this, true);
    return this;
  }

  /**
   * Is the value in the set? Does not block.
   * @throws TypeError (INVALID_KEY)
   */
  has(value: T): boolean {
    return has(this.#at, this.#key(value, "look in the SharedSet"));
  }

  /**
   * Takes a value out. Does not block.
   * @returns true if it was there
   * @throws TypeError (INVALID_KEY)
   */
  delete(value: T): boolean {
    return erase(this.#at, this.#key(value, "delete from the SharedSet"), true) === DELETED;
  }

  /** Takes all values out in one step, and gives their memory back. Does not block. */
  clear(): void {
    eraseAll(this.#at);
  }

  /**
   * All values as they are at the call, oldest first: later changes don't show. Does not block, but all threads that
   * use the set wait while the references are copied.
   */
  values(): IterableIterator<T> {
    return keysOf(this.#at) as IterableIterator<T>;
  }

  /** The same as `values`, as in JavaScript. */
  keys(): IterableIterator<T> {
    return this.values();
  }

  /** Each value twice, as in JavaScript. */
  entries(): IterableIterator<[T, T]> {
    return twiceOf(this.#at) as IterableIterator<[T, T]>;
  }

  /**
   * Calls `fn` for each value that there is at the call. Without any lock: `fn` may do with the set what it likes.
   * @throws TypeError (INVALID_ARGUMENT) if `fn` is no function; what `fn` throws
   */
  forEach(fn: (value: T, again: T, set: this) => void): void {
    forEachEntry(this.#at, fn as (value: unknown, again: unknown, set: unknown) => void, this, "SharedSet");
  }

  /** The same as `values()`. */
  [Symbol.iterator](): IterableIterator<T> {
    return this.values();
  }

  /** @internal */
  [kInspect](_depth: number, options: object, inspect?: Inspect): string {
    return inspectEntries(this.#at, "SharedSet", this.size, inspect, options, false);
  }
}

defineKind(Kind.SharedSet, SharedSet);
