/**
 * Snapshots: the cells of a container at one instant, which an iterator reads without the container's guard.
 *
 * Cells that are no blocks are copied to the heap of the realm, and that is all. Else the copy stands in a block of its
 * own, with a reference to each cell's block: it is freed when the iteration ends, when the iterator is collected, or
 * when its thread is killed, as a handle is.
 *
 * words: number of cells that it refers to; the cells.
 */
import { onDispose } from "../memory/allocator.ts";
import { cover, words } from "../memory/arena.ts";
import { enter, leave } from "../memory/guard.ts";
import { dismiss, kAt, SharedObject } from "../memory/handle.ts";
import { Kind } from "../memory/layout.ts";
import { drop, isBlock, keep, open } from "./cell.ts";
import { letGo } from "./hands.ts";

const COUNT = 0;
const CELLS = 1;

/** What a container tells of itself. Both functions run under its guard, and only read and copy words. */
export interface Source {
  /** Index of the guard of all its operations. */
  readonly guard: number;
  /** How many cells there are to copy. */
  readonly count: () => number;
  /** Copies all of them to `target`, from `to` on. */
  readonly copy: (target: Int32Array, to: number) => void;
}

/** Cells as they were at one instant. `open` needs no guard; `release` when done, or leave it to the collector. */
export interface Snapshot {
  readonly length: number;
  open(index: number): unknown;
  release(): void;
}

/**
 * Copies all cells of a container in one step.
 *
 * @throws RangeError (ARENA_FULL), and nothing is changed
 */
export function takeSnapshot(source: Source): Snapshot {
  const cells = copyPlain(source);
  return cells === undefined ? copyHeld(source) : new PlainCells(cells);
}

/** The values of a snapshot, one at a time. Nothing is left behind when the loop over it ends, however it ends. */
export function valuesOf<T>(snapshot: Snapshot): IterableIterator<T, undefined> {
  return new Values<T>(snapshot);
}

/** As a generator with `finally` would do, at a fraction of the cost for each value. */
class Values<T> implements IterableIterator<T, undefined> {
  #snapshot: Snapshot | undefined;
  readonly #length: number;
  #next = 0;

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
    this.#length = snapshot.length;
  }
  [Symbol.iterator](): this {
    return this;
  }
  next(): IteratorResult<T, undefined> {
    const snapshot = this.#snapshot;
    if (snapshot === undefined || this.#next >= this.#length) return this.return();
    try {
      return { done: false, value: snapshot.open(this.#next++) as T };
    } catch (error) {
      this.return();
      throw error;
    }
  }
  return(): IteratorReturnResult<undefined> {
    const snapshot = this.#snapshot;
    this.#snapshot = undefined;
    snapshot?.release();
    return { done: true, value: undefined };
  }
}

function countOf({ guard, count }: Source): number {
  cover(guard);
  enter(words, guard);
  const found = count();
  leave(words, guard);
  return found;
}

/** Cells that refer to nothing; undefined if some are blocks. */
function copyPlain(source: Source): Int32Array | undefined {
  const { guard } = source;
  // The room is made before the guard: to make it may collect garbage, or end the thread for want of memory.
  for (let room = countOf(source); ; ) {
    const cells = new Int32Array(room);
    enter(words, guard);
    const count = source.count();
    if (count <= room) source.copy(cells, 0);
    leave(words, guard);
    if (count <= room) {
      const copy = count < room ? cells.subarray(0, count) : cells;
      return copy.some(isBlock) ? undefined : copy;
    }
    room = count + (count >> 3);
  }
}

class PlainCells implements Snapshot {
  readonly #cells: Int32Array;

  constructor(cells: Int32Array) {
    this.#cells = cells;
  }
  get length(): number {
    return this.#cells.length;
  }
  open(index: number): unknown {
    return open(this.#cells[index]);
  }
  release(): void {}
}

function copyHeld(source: Source): Snapshot {
  const { guard } = source;
  for (let room = countOf(source); ; ) {
    const held = new HeldCells(room);
    enter(words, guard);
    const count = source.count();
    if (count <= room) held.fill(source, count);
    leave(words, guard);
    if (count <= room) return held;
    held.release();
    room = count + (count >> 3);
  }
}

class HeldCells extends SharedObject implements Snapshot {
  readonly #at: number;

  constructor(room: number) {
    super(Kind.Snapshot, CELLS + room);
    this.#at = this[kAt];
    cover(this.#at + CELLS + room);
  }
  /** Under the guard of the source. The count goes up with each reference: killed in between, only one is lost. */
  fill(source: Source, count: number): void {
    const first = this.#at + CELLS;
    source.copy(words, first);
    for (let i = 0; i < count; i++) {
      keep(words[first + i]);
      words[this.#at + COUNT] = i + 1;
    }
  }
  get length(): number {
    return words[this.#at + COUNT];
  }
  open(index: number): unknown {
    return open(words[this.#at + CELLS + index]);
  }
  release(): void {
    dropCells(this.#at);
    dismiss(this);
  }
}

/** Gives the cells back, one by one: killed in between, the block still refers to the rest. */
function dropCells(at: number): void {
  for (let count = words[at + COUNT] - 1; count >= 0; count--) {
    words[at + COUNT] = count;
    drop(words[at + CELLS + count]);
  }
}

/** One cell that is kept for a while in which the hands serve others, such as an await. */
export interface HeldCell {
  /** The cell, which is the caller's now: to take into hand at once. */
  take(): number;
  /** Gives it back, if it was not taken. */
  release(): void;
}

/** Moves a cell from a hand to a place of its own. @throws RangeError (ARENA_FULL), and the cell is given back */
export function holdCell(hand: number, cell: number): HeldCell {
  let held: HeldOne;
  try {
    held = new HeldOne();
  } catch (error) {
    letGo(hand);
    drop(cell);
    throw error;
  }
  held.put(hand, cell);
  return held;
}

class HeldOne extends SharedObject implements HeldCell {
  readonly #at: number;

  constructor() {
    super(Kind.Snapshot, CELLS + 1);
    this.#at = this[kAt];
  }
  put(hand: number, cell: number): void {
    words[this.#at + CELLS] = cell;
    letGo(hand);
    words[this.#at + COUNT] = 1;
  }
  take(): number {
    words[this.#at + COUNT] = 0;
    return words[this.#at + CELLS];
  }
  release(): void {
    dismiss(this);
  }
}

onDispose(Kind.Snapshot, (at) => {
  cover(at + CELLS + words[at + COUNT]);
  dropCells(at);
});
