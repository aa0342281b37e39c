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
export function* valuesOf(snapshot: Snapshot): Generator<unknown, undefined> {
  try {
    for (let i = 0; i < snapshot.length; i++) yield snapshot.open(i);
  } finally {
    snapshot.release();
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
    dismiss(this);
  }
}

onDispose(Kind.Snapshot, (at) => {
  cover(at + CELLS + words[at + COUNT]);
  for (let i = 0; i < words[at + COUNT]; i++) drop(words[at + CELLS + i]);
});
