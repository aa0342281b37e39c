/** SharedMap: a Map that all threads see. hash-table.ts has its words, map-steps.ts and map-update.ts what it does. */
import { load } from "#atomics";
import { describe, typeError } from "../errors/errors.ts";
import { cover } from "../memory/arena.ts";
import { defineKind, isAdopting, kAt, kInspect, SharedObject } from "../memory/handle.ts";
import { Kind } from "../memory/layout.ts";
import { entriesOf, forEachEntry, inspectEntries, keysOf, seed, valuesOfMap } from "./entries.ts";
import { M_SIZE, MAP_WORDS } from "./hash-table.ts";
import { type Key, keyOf } from "./key-lock.ts";
import { type MapEntries, normal, wordOf } from "./keys.ts";
import { has, read } from "./map-steps.ts";
import {
  clear,
  clearAsync,
  DELETE,
  deleteEntry,
  deleteEntryAsync,
  GET_OR_SET,
  getOrSetEntry,
  getOrSetEntryAsync,
  SET,
  setEntry,
  setEntryAsync,
  UPDATE,
  updateEntry,
  updateEntryAsync,
} from "./map-update.ts";
import type { Inspect } from "./show.ts";
import { mustBeUpdater, type UpdateCall } from "./update-lock.ts";

const READ = "read an entry of the SharedMap";

/**
 * A map that all threads see, in the order of insertion, as JavaScript's `Map`.
 *
 * Every method is atomic. What a thread did before it set an entry happens before what another does after it has read
 * that entry. Keys are strings, numbers, bigints, booleans, null, undefined and shared objects; values are whatever can
 * cross to another thread, and reading one that is not a shared object makes a new copy of it. Nothing waits but
 * for `update` and `getOrSet` of the same key, whose function is running; reads don't wait for those either.
 *
 * @example
 * ```ts run
 * import { SharedMap, Thread } from "threadkit";
 * const words = new SharedMap<string, number>();
 * const count = (text: string) => {
 *   for (const word of text.split(" ")) words.update(word, (n) => (n ?? 0) + 1);
 * };
 * const threads = ["to be or not", "to be is to do"].map((text) =>
 *   new Thread({ target: count, args: [text] }).start(),
 * );
 * for (const t of threads) t.join();
 * console.log(words.get("to"), words.get("be"), words.size); // 3 2 6
 * ```
 */
export class SharedMap<K, V> extends SharedObject {
  readonly #at: number;
  readonly #words: Int32Array;

  /**
   * @param entries pairs of key and value, to begin with
   * @throws TypeError (INVALID_VALUE) if they are no pairs; further as `set`
   */
  constructor(...args: MapEntries<K, V>) {
    const [entries] = args as [entries?: Iterable<readonly [K, V]> | null];
    const born = !isAdopting();
    if (born && entries != null && typeof entries[Symbol.iterator] !== "function") {
      throw typeError(
        "INVALID_VALUE",
        `cannot make a SharedMap: the entries are ${describe(entries)}. Give an iterable of [key, value] pairs.`,
      );
    }
    super(Kind.SharedMap, MAP_WORDS);
    this.#at = this[kAt];
    this.#words = cover(this.#at + MAP_WORDS);
    if (!born) return;
    seed(this.#at);
    for (const entry of entries ?? []) {
      if (typeof entry !== "object" || entry === null) {
        throw typeError(
          "INVALID_VALUE",
          `cannot make a SharedMap: an entry is ${describe(entry)}. Give an iterable of [key, value] pairs.`,
        );
      }
      this.set(entry[0], entry[1]);
    }
  }

  #key(key: K, doing: string): Key {
    const value = normal(key);
    return keyOf(this.#at, value, wordOf(value, doing));
  }

  /** Number of entries. */
  get size(): number {
    return load(this.#words, this.#at + M_SIZE);
  }

  /**
   * The value of a key, a new copy unless it is a shared object; undefined if there is none. Does not block.
   * @throws TypeError (INVALID_KEY) for a key that no map can have
   * @throws RuntimeError (MODULE_NOT_LOADED) if code in it needs a module that this thread has not loaded yet
   */
  get(key: K): V | undefined {
    return read(this.#at, this.#key(key, READ)) as V | undefined;
  }

  /**
   * Is there an entry with that key? Does not block.
   * @throws TypeError (INVALID_KEY)
   */
  has(key: K): boolean {
    return has(this.#at, this.#key(key, READ));
  }

  /**
   * Puts in a value, in place of the one that the key has, else at the end. Blocks while an update of that key runs;
   * twin: `setAsync`.
   * @returns the map
   * @throws TypeError (INVALID_KEY)
   * @throws CaptureError (CANNOT_CROSS) if the value can't cross
   * @throws RangeError (ARENA_FULL); then the map is as it was
   * @throws RuntimeError (UPDATE_NESTED) inside an update of that key; (WOULD_DEADLOCK) if an async task of this thread
   *   updates it
   * @throws BlockingError (BLOCKING_NOT_ALLOWED) if it would have to wait where this thread must not block
   */
  set(key: K, value: V): this {
    setEntry(this.#at, this.#key(key, SET.doing), value, this);
    return this;
  }

  /**
   * Puts in a value without blocking the event loop; it is copied at once. Twin: `set`.
   * @returns the map
   * @throws like `set`
   */
  async setAsync(key: K, value: V): Promise<this> {
    await setEntryAsync(this.#at, this.#key(key, SET.doing), value, this);
    return this;
  }

  /**
   * Takes an entry out. Blocks while an update of that key runs; twin: `deleteAsync`.
   * @returns true if there was one
   * @throws TypeError (INVALID_KEY)
   * @throws RuntimeError (UPDATE_NESTED, WOULD_DEADLOCK), BlockingError (BLOCKING_NOT_ALLOWED) as `set`
   */
  delete(key: K): boolean {
    return deleteEntry(this.#at, this.#key(key, DELETE.doing), this);
  }

  /** Takes an entry out without blocking the event loop. Twin: `delete`. @throws like `delete` */
  async deleteAsync(key: K): Promise<boolean> {
    return deleteEntryAsync(this.#at, this.#key(key, DELETE.doing), this);
  }

  /**
   * Takes all entries out in one step, and gives their memory back. Blocks while updates run; twin: `clearAsync`.
   * @throws RuntimeError (UPDATE_NESTED) inside an update of this map; (WOULD_DEADLOCK) if an async task of this thread
   *   is in one
   * @throws BlockingError (BLOCKING_NOT_ALLOWED) if it would have to wait where this thread must not block
   */
  clear(): void {
    clear(this.#at, this);
  }

  /** Takes all entries out without blocking the event loop. Twin: `clear`. @throws like `clear` */
  clearAsync(): Promise<void> {
    return clearAsync(this.#at, this);
  }

  /**
   * Reads the value of a key, has `fn` make a new one of it, and puts that in, as one step: no other write of that key
   * comes between. Reads meanwhile see the old value; other keys are free. If `fn` throws, or its thread is killed in
   * it, the old value stays. Blocks while another update of that key runs; twin: `updateAsync`.
   * @param fn gets the value, undefined if there is none; it must not change the same key in any other way
   * @returns what `fn` returned
   * @throws TypeError (INVALID_KEY, INVALID_ARGUMENT); (INVALID_VALUE) if `fn` returned a promise
   * @throws RuntimeError (UPDATE_NESTED, WOULD_DEADLOCK), CaptureError, RangeError as `set`
   * @throws BlockingError (BLOCKING_NOT_ALLOWED) if it would have to wait where that is not allowed
   */
  update(key: K, fn: (value: V | undefined) => V): V {
    const used = this.#keyAnd(key, fn, UPDATE);
    return updateEntry(this.#at, used, fn as (value: unknown) => V, this) as V;
  }

  /**
   * The same without blocking the event loop, where `fn` may be async. The update lasts until its promise settles, and
   * belongs to the async task that runs `fn`. Twin: `update`.
   */
  async updateAsync(key: K, fn: (value: V | undefined) => V | PromiseLike<V>): Promise<V> {
    const used = this.#keyAnd(key, fn, UPDATE);
    return updateEntryAsync(this.#at, used, fn as (value: unknown) => V, this) as Promise<V>;
  }

  /**
   * The value of a key, or if there is none what `make` makes, which is put in: of all threads that ask, one makes it.
   * Blocks while an update of that key runs, unless there is a value; twin: `getOrSetAsync`.
   * @returns the value that was there, as `get`, or what `make` returned
   * @throws like `update`
   */
  getOrSet(key: K, make: () => V): V {
    return getOrSetEntry(this.#at, this.#keyAnd(key, make, GET_OR_SET), make, this) as V;
  }

  /** The same without blocking the event loop, where `make` may be async. Twin: `getOrSet`. */
  async getOrSetAsync(key: K, make: () => V | PromiseLike<V>): Promise<V> {
    return getOrSetEntryAsync(this.#at, this.#keyAnd(key, make, GET_OR_SET), make, this) as Promise<V>;
  }

  #keyAnd(key: K, fn: unknown, call: UpdateCall): Key {
    mustBeUpdater(fn, call);
    return this.#key(key, call.doing);
  }

  /**
   * All entries as they are at the call, oldest first: later changes don't show. Does not block, but all threads that
   * use the map wait while the references are copied.
   */
  entries(): IterableIterator<[K, V]> {
    return entriesOf(this.#at) as IterableIterator<[K, V]>;
  }

  /** All keys as they are at the call. */
  keys(): IterableIterator<K> {
    return keysOf(this.#at) as IterableIterator<K>;
  }

  /** All values as they are at the call. */
  values(): IterableIterator<V> {
    return valuesOfMap(this.#at) as IterableIterator<V>;
  }

  /**
   * Calls `fn` for each entry that there is at the call. Without any lock: `fn` may do with the map what it likes.
   * @throws TypeError (INVALID_ARGUMENT) if `fn` is no function; what `fn` throws
   */
  forEach(fn: (value: V, key: K, map: this) => void): void {
    forEachEntry(this.#at, fn as (value: unknown, key: unknown, map: unknown) => void, this, "SharedMap");
  }

  /** The same as `entries()`. */
  [Symbol.iterator](): IterableIterator<[K, V]> {
    return this.entries();
  }

  /** @internal */
  [kInspect](_depth: number, options: object, inspect?: Inspect): string {
    return inspectEntries(this.#at, "SharedMap", this.size, inspect, options, true);
  }
}

defineKind(Kind.SharedMap, SharedMap);
