/**
 * Cells into slots and out of them, under the guard, and what becomes of a change whose thread was killed in it.
 *
 * The counters decide: an item is in the queue from the store of TAIL on, and out of it from the store of HEAD on. A cell
 * that is a block must have one holder at every moment, the queue or the thread. So who moves a block says first what
 * it is about to do (STEP), and the supervisor reads off the counters whether it was done.
 *
 * step        meaning                                          if it was not done       if it was done
 * NO_STEP     nothing, or a cell that is no block
 * TAKING      the block in slot STEP_SLOT goes into the hand   the hand lets it go      the slot is emptied
 * PUTTING     the block in word STEP_HOLD goes into the slot   the slot is emptied      that word lets it go
 * INSERTING   the same, behind making room by a move           the move is undone too   that word lets it go
 */
import { words } from "../memory/arena.ts";
import { R_HANDS } from "../parking/layout.ts";
import { here } from "../parking/realm.ts";
import { drop, isBlock } from "../shared/cell.ts";
import { letGo } from "../shared/hands.ts";
import { capacityOf, type Layout, RING, SLOTS, SORTED, storeOf, wordsFor } from "./store.ts";
import { EMPTY, GROW, HEAD, PUT, STEP, STEP_COUNT, STEP_HOLD, STEP_SLOT, TAIL } from "./words.ts";

const NO_STEP = 0;
const TAKING = 1;
const PUTTING = 2;
const INSERTING = 3;

/** The hand for an item on its way. */
export const ITEM_HAND = 0;

/** The word of that hand. */
export function handWord(): number {
  return here() + R_HANDS + ITEM_HAND;
}

/** Gives back the block of a cell that is in hand. Out of the hand first: killed in between, a block is lost. */
export function discardItem(cell: number): void {
  if (!isBlock(cell)) return;
  letGo(ITEM_HAND);
  drop(cell);
}

/** Takes the next item out: the oldest of a ring, the topmost of a stack. A block is in the caller's hand then. */
export function takeOut(at: number, layout: Layout): number {
  const store = storeOf(at);
  const head = words[at + HEAD];
  const count = (words[at + TAIL] - head) | 0;
  if (count <= 0) return EMPTY;
  const slot =
    store + SLOTS + (layout === RING ? head & (capacityOf(store) - 1) : wordsFor(count - 1, layout));
  const cell = words[slot];
  if (isBlock(cell)) {
    takeBlock(at, slot, cell, head);
    if (layout === SORTED) words[slot + 1] = 0;
    return cell;
  }
  words[at + HEAD] = head + 1;
  words[slot] = 0;
  if (layout === SORTED) words[slot + 1] = 0;
  return cell;
}

function takeBlock(at: number, slot: number, cell: number, head: number): void {
  const hand = handWord();
  words[at + STEP_COUNT] = head;
  words[at + STEP_SLOT] = slot;
  words[at + STEP_HOLD] = hand;
  words[at + STEP] = TAKING;
  words[hand] = cell;
  words[at + HEAD] = head + 1;
  words[slot] = 0;
  words[at + STEP] = NO_STEP;
}

/** Puts a cell into a ring or a stack as the newest or topmost. `held`: the word that holds it, if it is a block. PUT or GROW. */
export function putIn(at: number, layout: Layout, cell: number, held: number): number {
  const store = storeOf(at);
  const head = words[at + HEAD];
  const tail = words[at + TAIL];
  const count = (tail - head) | 0;
  const capacity = capacityOf(store);
  if (count >= capacity) return GROW;
  const slot = store + SLOTS + (layout === RING ? tail & (capacity - 1) : count);
  if (isBlock(cell)) {
    begin(at, PUTTING, tail, slot, held);
    words[slot] = cell;
    words[at + TAIL] = tail + 1;
    words[held] = 0;
    words[at + STEP] = NO_STEP;
    return PUT;
  }
  words[slot] = cell;
  words[at + TAIL] = tail + 1;
  return PUT;
}

/** Puts a cell and what it begins with at `place` of what is SORTED, below those that come out before. PUT or GROW. */
export function insert(at: number, place: number, cell: number, first: number, held: number): number {
  const store = storeOf(at);
  const tail = words[at + TAIL];
  const count = (tail - words[at + HEAD]) | 0;
  const end = wordsFor(count, SORTED);
  if (end >= capacityOf(store)) return GROW;
  const slot = store + SLOTS + wordsFor(place, SORTED);
  begin(at, INSERTING, tail, slot, held);
  // One call of the engine's, in which no thread is killed.
  if (place < count) words.copyWithin(slot + 2, slot, store + SLOTS + end);
  words[slot + 1] = first;
  words[slot] = cell;
  words[at + TAIL] = tail + 1;
  if (held !== 0) words[held] = 0;
  words[at + STEP] = NO_STEP;
  return PUT;
}

/** The item that was taken last goes back to where it was, if there is a slot: nobody could read it. PUT or GROW. */
export function putBack(at: number, layout: Layout, cell: number): number {
  const store = storeOf(at);
  const head = words[at + HEAD];
  const count = (words[at + TAIL] - head) | 0;
  const capacity = capacityOf(store);
  if (wordsFor(count, layout) >= capacity) return GROW;
  const slot = store + SLOTS + (layout === RING ? (head - 1) & (capacity - 1) : wordsFor(count, layout));
  // The hand first: killed in between, a block is lost; the other way round it would be given back twice.
  words[handWord()] = 0;
  words[slot] = cell;
  words[at + HEAD] = head - 1;
  return PUT;
}

function begin(at: number, step: number, count: number, slot: number, held: number): void {
  words[at + STEP_COUNT] = count;
  words[at + STEP_SLOT] = slot;
  words[at + STEP_HOLD] = held;
  words[at + STEP] = step;
}

/** Under the guard, whose holder was killed: the step that it was in was done, or it was not. */
export function mendStep(at: number): void {
  const step = words[at + STEP];
  const store = storeOf(at);
  const head = words[at + HEAD];
  const slot = words[at + STEP_SLOT];
  const held = words[at + STEP_HOLD];
  const done = words[at + (step === TAKING ? HEAD : TAIL)] !== words[at + STEP_COUNT];
  if (step === TAKING) words[done ? slot : held] = 0;
  else if (step !== NO_STEP && done) {
    if (held !== 0) words[held] = 0;
  } else if (step === PUTTING) words[slot] = 0;
  else if (step === INSERTING) {
    const top = store + SLOTS + wordsFor((words[at + TAIL] - head) | 0, SORTED);
    if (words[top] !== 0) words.copyWithin(slot, slot + 2, top + 2);
    words[top] = words[top + 1] = 0;
  }
  words[at + STEP] = NO_STEP;
}
