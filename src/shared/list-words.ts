/**
 * The words of a SharedList, and its operations on cells.
 *
 * word   meaning                                      who may leave it
 * queue  its guard is that of every operation; nobody waits in line
 * ring   block with the cells (sequence.ts), 0: none  under the guard: growth, clear; one store each
 *
 * No operation allocates, releases, or reads a long value under the guard: it looks, leaves, makes what is needed and
 * looks again. What goes in or comes out is in hand until, and from before, the store that counts (see guarded.ts).
 */
import { store } from "#atomics";
import { kindOf, onDispose } from "../memory/allocator.ts";
import { words } from "../memory/arena.ts";
import { enter, leave } from "../memory/guard.ts";
import { Kind } from "../memory/layout.ts";
import { Q_GUARD, QUEUE_WORDS } from "../parking/layout.ts";
import { defineRobust } from "../parking/robust.ts";
import { drop, isSure, keep, NOTHING, open } from "./cell.ts";
import {
  BATCH_HAND,
  discard,
  disown,
  handOf,
  IN_HAND,
  KEPT_HAND,
  OUT_HAND,
  openAndLeave,
  openFrom,
} from "./guarded.ts";
import { hold, letGo } from "./hands.ts";
import {
  closeGap,
  copyCells,
  copyTo,
  coverRing,
  createRing,
  cutOut,
  dropAll,
  fillGap,
  forgetAll,
  grownSize,
  hasCell,
  LEAST,
  lengthOf,
  moveHead,
  moveTail,
  openGap,
  settleJoin,
  sizeFor,
  sizeOf,
  wordOf,
} from "./sequence.ts";
import type { Source } from "./snapshot.ts";

export const RING = QUEUE_WORDS;
export const LIST_WORDS = RING + 1;

export const FIRST = 0;
export const LAST = -1;

/** Enters the guard. The ring, 0: none. */
export function enterList(at: number): number {
  enter(words, at + Q_GUARD);
  const ring = words[at + RING];
  if (ring !== 0) coverRing(ring);
  return ring;
}

export function leaveList(at: number): void {
  leave(words, at + Q_GUARD);
}

export function countOf(ring: number): number {
  return ring === 0 ? 0 : lengthOf(ring);
}

/**
 * Enters the guard with room for `count` more; what it needs for that is made outside. If there is no memory, what is
 * in hand number `hand` is given back.
 */
export function enterWithRoom(at: number, count: number, hand: number, held: number): number {
  for (;;) {
    const ring = enterList(at);
    const length = countOf(ring);
    if (ring !== 0 && length + count <= sizeOf(ring)) return ring;
    leaveList(at);
    try {
      resize(at, length + count <= LEAST ? LEAST : grownSize(length + count));
    } catch (error) {
      discard(hand, held);
      throw error;
    }
  }
}

/** Has the cells in a ring of `size` places, unless another thread has seen to it. */
function resize(at: number, size: number): void {
  const fresh = createRing(size);
  hold(KEPT_HAND, fresh);
  const ring = enterList(at);
  const length = countOf(ring);
  const grows = ring === 0 || sizeOf(ring) < size;
  const fits = length <= size && (grows || (sizeOf(ring) > size && isSparse(length, sizeOf(ring))));
  if (fits) {
    hold(OUT_HAND, ring);
    if (ring !== 0) copyTo(ring, fresh);
    moveTail(fresh, length);
    store(words, at + RING, fresh);
    letGo(KEPT_HAND);
    if (ring !== 0) forgetAll(ring);
  }
  leaveList(at);
  if (fits) discard(OUT_HAND, ring);
  else discard(KEPT_HAND, fresh);
}

function isSparse(length: number, size: number): boolean {
  return size > LEAST && length < size >> 2;
}

/** Gives memory back when three quarters of the ring are empty. Without memory to do so it stays as it is. */
function shrink(at: number, length: number): void {
  try {
    resize(at, Math.max(LEAST, sizeFor(2 * length)));
  } catch (error) {
    if ((error as { code?: string }).code !== "ARENA_FULL") throw error;
  }
}

/** The cell in hand becomes the last. @returns the new length */
export function append(at: number, cell: number): number {
  const ring = enterWithRoom(at, 1, IN_HAND, cell);
  const length = lengthOf(ring);
  words[wordOf(ring, length)] = cell;
  moveTail(ring, 1);
  letGo(IN_HAND);
  leaveList(at);
  return length + 1;
}

/** The cell in hand becomes the first. @returns the new length */
export function prepend(at: number, cell: number): number {
  const ring = enterWithRoom(at, 1, IN_HAND, cell);
  const length = lengthOf(ring);
  words[wordOf(ring, -1)] = cell;
  moveHead(ring, -1);
  letGo(IN_HAND);
  leaveList(at);
  return length + 1;
}

/** Where an index that counts from the end if it is negative leads; it may be outside of the list. */
function resolve(index: number, length: number): number {
  return index < 0 ? index + length : index;
}

/** The value at an index; undefined if there is none. */
export function peek(at: number, index: number): unknown {
  const ring = enterList(at);
  const length = countOf(ring);
  const i = resolve(index, length);
  if (i >= 0 && i < length) return openAndLeave(at + Q_GUARD, words[wordOf(ring, i)]);
  leaveList(at);
  return undefined;
}

/** Takes the value at an index out; undefined if there is none. */
export function take(at: number, index: number): unknown {
  // A cell whose value may fail to open is opened before it is taken out, so that no value is lost. Who has a
  // reference to it knows it again: its block can't be another's meanwhile.
  for (let opened = NOTHING, value: unknown; ; ) {
    const ring = enterList(at);
    const length = countOf(ring);
    const i = resolve(index, length);
    if (i < 0 || i >= length) {
      leaveList(at);
      discard(KEPT_HAND, opened);
      return undefined;
    }
    const cell = words[wordOf(ring, i)];
    if (cell === opened || isSure(cell)) {
      remove(ring, i, length);
      const sparse = isSparse(length - 1, sizeOf(ring));
      leaveList(at);
      if (cell === opened) discard(OUT_HAND, cell);
      else value = openFrom(OUT_HAND, cell);
      discard(KEPT_HAND, opened);
      if (sparse) shrink(at, length - 1);
      return value;
    }
    keep(cell);
    leaveList(at);
    discard(KEPT_HAND, opened);
    hold(KEPT_HAND, cell);
    opened = cell;
    try {
      value = open(cell);
    } catch (error) {
      discard(KEPT_HAND, cell);
      throw error;
    }
  }
}

/** Under the guard: cell number `index` is in hand then. */
function remove(ring: number, index: number, length: number): void {
  hold(OUT_HAND, words[wordOf(ring, index)]);
  if (index === length - 1) moveTail(ring, -1);
  else if (index === 0) moveHead(ring, 1);
  else cutOut(ring, index);
  closeGap(ring);
}

/** The cell in hand takes the place of cell number `index`. False: there is none, and the cell is still in hand. */
export function replace(at: number, index: number, cell: number): boolean {
  const ring = enterList(at);
  const length = countOf(ring);
  const i = resolve(index, length);
  const exists = i >= 0 && i < length;
  if (exists) {
    const word = wordOf(ring, i);
    const old = words[word];
    hold(OUT_HAND, old);
    store(words, word, cell);
    letGo(IN_HAND);
    leaveList(at);
    discard(OUT_HAND, old);
  } else leaveList(at);
  return exists;
}

/** The cell in hand comes to stand at `index`, or at the end that is nearest. @returns the new length */
export function insertCell(at: number, index: number, cell: number): number {
  const ring = enterWithRoom(at, 1, IN_HAND, cell);
  const length = lengthOf(ring);
  const i = Math.min(Math.max(resolve(index, length), 0), length);
  words[openGap(ring, i)] = cell;
  fillGap(ring);
  letGo(IN_HAND);
  leaveList(at);
  return length + 1;
}

export function clear(at: number): void {
  const ring = enterList(at);
  hold(BATCH_HAND, ring);
  store(words, at + RING, 0);
  leaveList(at);
  if (ring !== 0) dropAll(ring);
  discard(BATCH_HAND, ring);
}

export function sourceOf(at: number): Source {
  return {
    guard: at + Q_GUARD,
    count: () => {
      const ring = words[at + RING];
      if (ring !== 0) coverRing(ring);
      return countOf(ring);
    },
    copy: (target, to) => {
      if (words[at + RING] !== 0) copyCells(words[at + RING], target, to);
    },
  };
}

/** Under the guard of a thread that was killed in an operation, which is finished, or undone if it had not begun to count. */
function mend(at: number): void {
  const guard = at + Q_GUARD;
  const ring = words[at + RING];
  if (ring !== 0) {
    coverRing(ring);
    closeGap(ring);
  }
  // 1. Cells that it was joining to the list, or was about to clear out of it.
  const batch = handOf(guard, BATCH_HAND);
  if (words[batch] !== 0 && words[batch] === ring) words[batch] = 0;
  else if (words[batch] !== 0) settleJoin(ring, words[batch]);
  // 2. It was giving the list another ring: there were two with the same cells, and one is the list's.
  for (const hand of [KEPT_HAND, OUT_HAND]) {
    const word = handOf(guard, hand);
    const other = words[word];
    if (other === 0 || kindOf(other) !== Kind.Ring) continue;
    if (other === ring) words[word] = 0;
    else forgetAll(other);
  }
  // 3. A cell that went in or came out.
  disown(guard, (cell) => ring !== 0 && hasCell(ring, cell));
}

defineRobust(Kind.SharedList, { queue: 0, mend });
onDispose(Kind.SharedList, (at) => drop(words[at + RING]));
