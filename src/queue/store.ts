/**
 * Where a queue keeps its cells: a block with a power of two of words, told by its first one, that grows by doubling and
 * shrinks when it is nearly empty. A word with nothing in it is 0.
 *
 * RING     item number n stands in word n modulo the capacity
 * STACK    the bottom is word 0
 * SORTED   a stack of two words an item: the cell, and what it begins with (0: unknown; see sorting.ts). Two words also
 *          since an engine moves shared memory bytewise unless it moves it by whole 8 bytes: 9 times slower
 */
import { allocate, release } from "../memory/allocator.ts";
import { cover, words } from "../memory/arena.ts";
import { enter, leave } from "../memory/guard.ts";
import { Kind } from "../memory/layout.ts";
import { drop } from "../shared/cell.ts";
import { hold, letGo } from "../shared/hands.ts";
import { DROPPED, HEAD, LINE, STATE, STORE, TAIL } from "./words.ts";

export const RING = 0;
export const STACK = 1;
export const SORTED = 2;
export type Layout = typeof RING | typeof STACK | typeof SORTED;

const CAPACITY = 0;
/** Offset of the first slot. */
export const SLOTS = 1;
/** Slots of the smallest store: as many, as a power of two, as a block of 16 words takes. */
const LEAST = 8;

/** How many words `count` items take. */
export function wordsFor(count: number, layout: Layout): number {
  return layout === SORTED ? count << 1 : count;
}

/** A store smaller than this does not shrink. */
const KEPT = 1024;
/** The hand for a store that is no queue's yet, or no more. */
export const STORE_HAND = 1;

export function newStore(capacity = LEAST): number {
  const store = allocate(Kind.Store, SLOTS + capacity);
  words[store + CAPACITY] = capacity;
  return store;
}

/** The store of a queue, which is covered after that. */
export function storeOf(at: number): number {
  const store = words[at + STORE];
  cover(store + SLOTS + cover(store)[store + CAPACITY]);
  return store;
}

export function capacityOf(store: number): number {
  return words[store + CAPACITY];
}

/**
 * Gives a queue a store of twice or of a quarter of the slots, if that is needed. It is made without the guard, since
 * that may take long, or fail with ARENA_FULL; so what is needed is looked at before and after.
 */
export function resize(at: number, layout: Layout, grows: boolean): void {
  enter(words, at + LINE);
  const before = capacityOf(storeOf(at));
  const needed = needsOther(at, layout, before, grows);
  leave(words, at + LINE);
  if (!needed) return;
  const fresh = newStore(grows ? before * 2 : before >> 2);
  hold(STORE_HAND, fresh);
  enter(words, at + LINE);
  const old = storeOf(at);
  const wanted = capacityOf(old) === before && needsOther(at, layout, before, grows);
  if (wanted) {
    const count = (words[at + TAIL] - words[at + HEAD]) | 0;
    if (layout === RING) copyRing(old, fresh, words[at + HEAD], count);
    else words.copyWithin(fresh + SLOTS, old + SLOTS, old + SLOTS + wordsFor(count, layout));
    letGo(STORE_HAND);
    words[at + STORE] = fresh;
    hold(STORE_HAND, old);
  }
  leave(words, at + LINE);
  letGo(STORE_HAND);
  release(wanted ? old : fresh);
}

/** Under the guard. The store of a queue that is DROPPED belongs to whoever made it so. */
function needsOther(at: number, layout: Layout, capacity: number, grows: boolean): boolean {
  const count = wordsFor((words[at + TAIL] - words[at + HEAD]) | 0, layout);
  if (words[at + STATE] === DROPPED) return false;
  return grows ? count >= capacity : capacity > KEPT && count < capacity >> 3;
}

/** Run by run: each ends where one of the two rings does. */
function copyRing(old: number, fresh: number, head: number, count: number): void {
  const [from, to] = [capacityOf(old), capacityOf(fresh)];
  for (let done = 0; done < count; ) {
    const source = (head + done) & (from - 1);
    const target = (head + done) & (to - 1);
    const run = Math.min(count - done, from - source, to - target);
    words.copyWithin(fresh + SLOTS + target, old + SLOTS + source, old + SLOTS + source + run);
    done += run;
  }
}

/**
 * Drops what stands in the slots: of a queue that is DROPPED, which nobody puts into or takes from, or that is freed.
 * A slot is emptied before its block is given back: killed in between, a block is lost.
 */
export function sweep(at: number): void {
  const store = storeOf(at);
  for (let slot = store + SLOTS, end = slot + capacityOf(store); slot < end; slot++) {
    const cell = words[slot];
    words[slot] = 0;
    drop(cell);
  }
}
