/** SharedList: a list that all threads change. Its words are in list-words.ts, its cells in sequence.ts. */
import { describe, rangeError, typeError } from "../errors/errors.ts";
import { cover } from "../memory/arena.ts";
import { defineKind, dismiss, isAdopting, kAt, kInspect, SharedObject } from "../memory/handle.ts";
import { Kind } from "../memory/layout.ts";
import type { SendableItems } from "../transfer/sendable.ts";
import { pack } from "./cell.ts";
import { discard, IN_HAND } from "./guarded.ts";
import { hold } from "./hands.ts";
import { join, packAll } from "./list-batch.ts";
import { find } from "./list-find.ts";
import {
  append,
  clear,
  countOf,
  enterList,
  FIRST,
  insertCell,
  LAST,
  LIST_WORDS,
  leaveList,
  peek,
  prepend,
  replace,
  sourceOf,
  take,
} from "./list-words.ts";
import { type Inspect, type InspectOptions, show } from "./show.ts";
import { takeSnapshot, valuesOf } from "./snapshot.ts";

/** How refusals name what is put in. */
const ITEM = "an item of the SharedList";

/**
 * A list that all threads see and change: Python's `list`, JavaScript's `Array`.
 *
 * Every method is one step: nobody sees half of it, and none blocks but for the moment that another thread's step
 * takes. A loop over the list, `forEach`, `slice` and `toArray` see it as it was when they began. Items are copied in
 * and out, as arguments of a thread are; shared objects, such as locks and other lists, are in it by reference. Views
 * of shared memory are refused. What happened before an item was put in happens before it is read.
 *
 * @example
 * ```ts run
 * import { SharedList, Thread } from "threadkit";
 * const squares = new SharedList<number>();
 * const threads = [1, 2, 3].map((n) => new Thread({ target: () => squares.push(n * n) }).start());
 * for (const t of threads) t.join();
 * console.log([...squares].sort()); // [ 1, 4, 9 ]
 * ```
 */
export class SharedList<T> extends SharedObject {
  readonly #at: number;

  /**
   * @param items what it holds at first
   * @throws TypeError (INVALID_ARGUMENT) if `items` can't be looped over
   * @throws CaptureError (CANNOT_CROSS) for an item that can't be kept; RangeError (ARENA_FULL)
   */
  constructor(items?: SendableItems<T>) {
    const born = !isAdopting();
    const values = born && items !== undefined ? valuesIn(items as Iterable<T>) : [];
    super(Kind.SharedList, LIST_WORDS);
    this.#at = this[kAt];
    cover(this.#at + LIST_WORDS);
    if (values.length === 0) return;
    try {
      join(this.#at, packAll(values, ITEM, this), LAST);
    } catch (error) {
      dismiss(this);
      throw error;
    }
  }

  /**
   * Adds items at the end, all in one step.
   * @returns the new length
   * @throws CaptureError (CANNOT_CROSS) for an item that can't be kept, RangeError (ARENA_FULL); nothing is added then
   */
  push(...items: T[]): number {
    if (items.length === 1) return append(this.#at, this.#pack(items[0]));
    return items.length === 0 ? this.length : join(this.#at, packAll(items, ITEM, this), LAST);
  }

  /**
   * Adds items at the beginning, all in one step: the first one comes first.
   * @returns the new length
   * @throws like `push`
   */
  unshift(...items: T[]): number {
    if (items.length === 1) return prepend(this.#at, this.#pack(items[0]));
    return items.length === 0 ? this.length : join(this.#at, packAll(items, ITEM, this), FIRST);
  }

  /**
   * Takes the last item out.
   * @returns it; undefined if the list is empty
   * @throws RuntimeError (MODULE_NOT_LOADED) for a function or class whose modules this thread has not loaded; the
   *   item stays in the list
   */
  pop(): T | undefined {
    return take(this.#at, LAST) as T | undefined;
  }

  /**
   * Takes the first item out, which costs no more than `pop`.
   * @returns it; undefined if the list is empty
   * @throws like `pop`
   */
  shift(): T | undefined {
    return take(this.#at, FIRST) as T | undefined;
  }

  /**
   * The item at an index.
   * @param index a whole number; a negative one counts from the end
   * @returns undefined if there is none
   * @throws TypeError, RangeError (INVALID_VALUE) unless `index` is a whole number; like `pop`
   */
  at(index: number): T | undefined {
    return peek(this.#at, checkIndex(index, "read an item of the SharedList")) as T | undefined;
  }

  /**
   * Puts another item in the place of the one at an index.
   * @param index a whole number; a negative one counts from the end
   * @throws RangeError (INDEX_OUT_OF_RANGE) if there is no such item; like `at` and `push`
   */
  set(index: number, value: T): void {
    checkIndex(index, "set an item of the SharedList");
    const cell = this.#pack(value);
    if (replace(this.#at, index, cell)) return;
    discard(IN_HAND, cell);
    throw rangeError(
      "INDEX_OUT_OF_RANGE",
      `cannot set an item of the SharedList: there is none at ${index}. Add items with push() or insert().`,
    );
  }

  /**
   * Adds an item in front of the one at an index. It moves the shorter side of the list.
   * @param index a whole number; a negative one counts from the end; beyond an end it means that end
   * @returns the new length
   * @throws like `at` and `push`
   */
  insert(index: number, value: T): number {
    checkIndex(index, "insert into the SharedList");
    return insertCell(this.#at, index, this.#pack(value));
  }

  /**
   * Takes the item at an index out. It moves the shorter side of the list.
   * @param index a whole number; a negative one counts from the end
   * @returns the item; undefined if there is none at that index
   * @throws like `at`
   */
  removeAt(index: number): T | undefined {
    return take(this.#at, checkIndex(index, "remove an item of the SharedList")) as T | undefined;
  }

  /**
   * Index of the first item that is `value` (`===`), or -1: a primitive, or a shared object.
   * @throws TypeError (INVALID_VALUE) for other objects and functions: the list has copies of them, which equal nothing
   */
  indexOf(value: T): number {
    return find(this.#at, value, false, "look for an item of the SharedList", this);
  }

  /** Is `value` in the list? As `indexOf`, and `NaN` is found too. @throws like `indexOf` */
  includes(value: T): boolean {
    return find(this.#at, value, true, "look for an item of the SharedList", this) >= 0;
  }

  /** Takes all items out in one step, and gives the memory back. */
  clear(): void {
    clear(this.#at);
  }

  /** How many items there are now. */
  get length(): number {
    const length = countOf(enterList(this.#at));
    leaveList(this.#at);
    return length;
  }

  /** The items as they are now, one after the other: what other threads change meanwhile is not seen. */
  [Symbol.iterator](): IterableIterator<T> {
    return valuesOf<T>(takeSnapshot(sourceOf(this.#at)));
  }

  /**
   * Calls `fn` with each item as it is now, and its index. Other threads may change the list meanwhile.
   * @throws TypeError (INVALID_ARGUMENT) if `fn` is no function; what `fn` throws
   */
  forEach(fn: (value: T, index: number) => void): void {
    if (typeof fn !== "function") {
      throw typeError(
        "INVALID_ARGUMENT",
        `cannot loop over the SharedList: the callback is ${describe(fn)}. Give a function.`,
      );
    }
    let index = 0;
    for (const value of this) fn(value, index++);
  }

  /** The items in an array, as they are now. */
  toArray(): T[] {
    return [...this];
  }

  /**
   * Some of the items as they are now, as `Array.prototype.slice` takes them.
   * @param start index of the first, a whole number; a negative one counts from the end. Default: 0
   * @param end index behind the last, likewise. Default: the length
   * @throws TypeError, RangeError (INVALID_VALUE) unless they are whole numbers; like `pop`
   */
  slice(start = 0, end: number = Number.MAX_SAFE_INTEGER): T[] {
    checkIndex(start, "slice the SharedList");
    checkIndex(end, "slice the SharedList");
    const snapshot = takeSnapshot(sourceOf(this.#at));
    try {
      const { length } = snapshot;
      const items: T[] = [];
      const last = Math.min(end < 0 ? end + length : end, length);
      for (let i = Math.max(start < 0 ? start + length : start, 0); i < last; i++)
        items.push(snapshot.open(i) as T);
      return items;
    } finally {
      snapshot.release();
    }
  }

  /** The same as `toArray()`. */
  toJSON(): T[] {
    return this.toArray();
  }

  #pack(value: T): number {
    const cell = pack(value, ITEM, this);
    hold(IN_HAND, cell);
    return cell;
  }

  /** @internal */
  [kInspect](depth: number, options: InspectOptions, inspect: Inspect): string {
    return show(this.#at, `SharedList(${this.length})`, () => this.toArray(), depth, options, inspect);
  }
}

function valuesIn<T>(items: Iterable<T>): T[] {
  if (typeof (items as Partial<Iterable<T>> | null)?.[Symbol.iterator] === "function") return [...items];
  throw typeError(
    "INVALID_ARGUMENT",
    `cannot make a SharedList: the items are ${describe(items)}. Give something to loop over, such as an array.`,
  );
}

function checkIndex(index: unknown, what: string): number {
  if (typeof index !== "number") {
    throw typeError("INVALID_VALUE", `cannot ${what}: the index is ${describe(index)}. Give a whole number.`);
  }
  if (Number.isInteger(index)) return index;
  throw rangeError("INVALID_VALUE", `cannot ${what}: the index is ${index}. Give a whole number.`);
}

defineKind(Kind.SharedList, SharedList);
