/**
 * The cells of a list: a ring in a block of its own. All of it runs under the list's guard.
 *
 * word   meaning                                        who may leave it
 * size   places in the ring; never changes
 * head   place of the first cell, from 0 to 2 size − 1  shift, unshift: one store each
 * tail   place behind the last one, likewise            push, pop: one store each
 * gap    0, or 1 + the place of a cell that is none:    who opened it, by filling or closing it; `closeGap`
 *        an insert or a removal is going on
 *
 * Places count to twice the size, so that a full ring is not taken for an empty one: the cell of place p is number
 * p mod size. Each change counts from one store on: of head, tail or gap. A thread that is killed before it has changed
 * nothing; one that is killed while it moves cells leaves a gap, and to close it finishes a removal and undoes an insert.
 */
import { store } from "#atomics";
import { allocate, onDispose } from "../memory/allocator.ts";
import { classFor, cover, words } from "../memory/arena.ts";
import { BLOCK_HEADER, CLASSES, Kind, PAGE_WORDS } from "../memory/layout.ts";
import { drop } from "./cell.ts";

const SIZE = 0;
const HEAD = 1;
const TAIL = 2;
const GAP = 3;
const CELLS = 4;

/** Words of a block that hold no cells. */
const OVERHEAD = CELLS + BLOCK_HEADER;

/** Places in the smallest block that has room for `count` cells. */
export function sizeFor(count: number): number {
  const total = count + OVERHEAD;
  const sizeClass = classFor(total);
  return (sizeClass >= 0 ? CLASSES[sizeClass] : Math.ceil(total / PAGE_WORDS) * PAGE_WORDS) - OVERHEAD;
}
/** Places that the smallest ring has. */
export const LEAST = CLASSES[1] - OVERHEAD;

/** Places for a list that has outgrown its ring: half as many more, or the next class, so that a push costs O(1). */
export function grownSize(count: number): number {
  return Math.max(LEAST, sizeFor(count + (count >> 1)));
}

/** An empty ring. */
export function createRing(size: number): number {
  const ring = allocate(Kind.Ring, CELLS + size);
  words[ring + SIZE] = size;
  return ring;
}

/** Before its words are touched: another thread may have made it in memory that it grew. */
export function coverRing(ring: number): void {
  cover(ring);
  cover(ring + CELLS - 1 + words[ring + SIZE]);
}

export function sizeOf(ring: number): number {
  return words[ring + SIZE];
}

export function lengthOf(ring: number): number {
  const length = words[ring + TAIL] - words[ring + HEAD];
  return length < 0 ? length + 2 * words[ring + SIZE] : length;
}

/** A place that is `by` cells from `place`. */
function away(ring: number, place: number, by: number): number {
  const turn = 2 * words[ring + SIZE];
  const sum = place + by;
  return sum >= turn ? sum - turn : sum < 0 ? sum + turn : sum;
}

/** Index of the word at a place. */
function wordAt(ring: number, place: number): number {
  const size = words[ring + SIZE];
  return ring + CELLS + (place >= size ? place - size : place);
}

/** Index of the word of cell number `index`, from 0 to the length: that one is behind the last. */
export function wordOf(ring: number, index: number): number {
  return wordAt(ring, away(ring, words[ring + HEAD], index));
}

function move(ring: number, end: typeof HEAD | typeof TAIL, by: number): void {
  store(words, ring + end, away(ring, words[ring + end], by));
}

/** `count` cells that stand behind the last one belong to the ring, or as many at its end no more. */
export function moveTail(ring: number, count: number): void {
  move(ring, TAIL, count);
}
/** `count` cells at the beginning belong to the ring no more, or as many that stand in front of it do. */
export function moveHead(ring: number, count: number): void {
  move(ring, HEAD, count);
}

/** The ring is empty, and owns nothing. */
export function forgetAll(ring: number): void {
  store(words, ring + TAIL, words[ring + HEAD]);
}

/** Copies the cells to `target`, from `to` on, as they are: references are not counted. */
export function copyCells(ring: number, target: Int32Array, to: number): void {
  const length = lengthOf(ring);
  const first = wordOf(ring, 0);
  const straight = Math.min(length, ring + CELLS + words[ring + SIZE] - first);
  for (let i = 0; i < straight; i++) target[to + i] = words[first + i];
  const rest = ring + CELLS - straight;
  for (let i = straight; i < length; i++) target[to + i] = words[rest + i];
}

/** Is this cell in it? */
export function hasCell(ring: number, cell: number): boolean {
  for (let i = lengthOf(ring) - 1; i >= 0; i--) if (words[wordOf(ring, i)] === cell) return true;
  return false;
}

/**
 * Copies the cells of `batch`, whose first place is 0, behind the last or in front of the first one of a ring that has
 * room, and makes them its own. That this is going on stands in the batch's gap, as it has none: 1 + where that end of
 * the ring will be, negative for the front.
 */
export function joinRing(ring: number, batch: number, front: boolean): void {
  const count = lengthOf(batch);
  const by = front ? -count : count;
  const start = front ? away(ring, words[ring + HEAD], by) : words[ring + TAIL];
  for (let i = 0; i < count; i++) words[wordAt(ring, away(ring, start, i))] = words[batch + CELLS + i];
  const end = front ? HEAD : TAIL;
  const then = 1 + away(ring, words[ring + end], by);
  store(words, batch + GAP, front ? -then : then);
  move(ring, end, by);
  forgetAll(batch);
  store(words, batch + GAP, 0);
}

/** After a death in `joinRing`: the cells are in one of the two. */
export function settleJoin(ring: number, batch: number): void {
  coverRing(batch);
  const then = words[batch + GAP];
  if (then !== 0 && words[ring + (then < 0 ? HEAD : TAIL)] === Math.abs(then) - 1) forgetAll(batch);
  store(words, batch + GAP, 0);
}

/** Puts the cells into an empty ring, which does not own them before `moveTail`. */
export function copyTo(ring: number, fresh: number): void {
  copyCells(ring, words, fresh + CELLS);
}

/** Moves the gap, in place `place`, to the one beside it, whose cell comes here. */
function moveGap(ring: number, place: number, by: 1 | -1): number {
  const next = away(ring, place, by);
  words[wordAt(ring, place)] = words[wordAt(ring, next)];
  store(words, ring + GAP, next + 1);
  return next;
}

/**
 * Opens a gap at `index` by moving the shorter side, and returns the index of its word. There must be room.
 * `fillGap` makes the cell there the list's.
 */
export function openGap(ring: number, index: number): number {
  const length = lengthOf(ring);
  const right = index >= length - index;
  let place = right ? words[ring + TAIL] : away(ring, words[ring + HEAD], -1);
  store(words, ring + GAP, place + 1);
  if (right) moveTail(ring, 1);
  else moveHead(ring, -1);
  for (let i = right ? length - index : index; i > 0; i--) place = moveGap(ring, place, right ? -1 : 1);
  return wordAt(ring, place);
}

export function fillGap(ring: number): void {
  store(words, ring + GAP, 0);
}

/** Cell number `index` is the list's no more. `closeGap` makes it whole again. */
export function cutOut(ring: number, index: number): void {
  store(words, ring + GAP, away(ring, words[ring + HEAD], index) + 1);
}

/** Closes a gap, if there is one, by moving the shorter side. May be done again from wherever it was left. */
export function closeGap(ring: number): void {
  if (words[ring + GAP] === 0) return;
  let place = words[ring + GAP] - 1;
  const length = lengthOf(ring);
  const size = words[ring + SIZE];
  const index = (place - words[ring + HEAD] + 2 * size) % (2 * size);
  // Beyond the end it was opened, and the end not moved yet; or closed, and not said so yet.
  if (index < length) {
    const right = index >= length - 1 - index;
    for (let i = right ? length - 1 - index : index; i > 0; i--) place = moveGap(ring, place, right ? 1 : -1);
    if (right) moveTail(ring, -1);
    else moveHead(ring, 1);
  }
  store(words, ring + GAP, 0);
}

/** Gives back all cells of a ring that is no list's any more, one by one: killed in between, the ring has the rest. */
export function dropAll(ring: number): void {
  closeGap(ring);
  for (let length = lengthOf(ring); length > 0; length--) {
    const cell = words[wordOf(ring, length - 1)];
    moveTail(ring, -1);
    drop(cell);
  }
}

onDispose(Kind.Ring, (ring) => {
  coverRing(ring);
  dropAll(ring);
});
