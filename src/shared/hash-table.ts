/**
 * The entries of a map or set: a hash table that keeps the order of insertion (Tyler Close's "deterministic hash
 * tables", as in V8 and SpiderMonkey). Everything here runs under the guard of the map, but for `makeRoom` and
 * `emptied`.
 *
 * block of the map: its wait queue, whose guard is that of all operations; the table, 0: none; the number of entries;
 * two seeds; the locks of keys that are being updated (key-lock.ts).
 * table: mask of the buckets, number of entries that fit, entries used, OWNED; bucket heads; entries.
 * entry: hash, key, value, next in its bucket. Key 0: deleted, or not there yet.
 *
 * What counts are the table's word in the map, and in the table each entry whose key is not 0: these are each changed
 * by one store. Numbers, heads and chains are derived, and `mend` derives them anew.
 */
import { allocate, onDispose, release } from "../memory/allocator.ts";
import { cover, words } from "../memory/arena.ts";
import { enter, leave } from "../memory/guard.ts";
import { Kind } from "../memory/layout.ts";
import { Q_GUARD, QUEUE_WORDS } from "../parking/layout.ts";
import { drop } from "./cell.ts";
import { BATCH_HAND, discard, handOf, IN_HAND, KEPT_HAND, OUT_HAND } from "./guarded.ts";
import { hold, letGo } from "./hands.ts";
import { isKey } from "./keys.ts";

export const M_QUEUE = 0;
export const M_GUARD = M_QUEUE + Q_GUARD;
export const M_TABLE = QUEUE_WORDS;
export const M_SIZE = M_TABLE + 1;
export const M_SEED = M_SIZE + 1;
export const M_LOCKS = M_SEED + 2;
export const MAP_WORDS = M_LOCKS + 1;

export const T_MASK = 0;
export const T_CAPACITY = 1;
export const T_USED = 2;
/** 1: no map has it, and its cells go with it; 0: they are a map's, perhaps in another table by now. */
export const T_OWNS = 3;
export const T_BUCKETS = 4;

export const E_HASH = 0;
export const E_KEY = 1;
export const E_VALUE = 2;
export const E_NEXT = 3;
export const ENTRY = 4;

/** Hand of a key that goes in or comes out; of values and tables those of guarded.ts. */
export const KEY_HAND = BATCH_HAND;

/** Words of the smallest table, five entries, so that with its header it fills a block of the allocator. */
const LEAST = 30;

/** Entries that a table of 2^n - 2 words takes: an eighth of the words are bucket heads, so a chain has 1.75 on average. */
function capacityOf(total: number): number {
  return Math.floor((total - T_BUCKETS - bucketsOf(total)) / ENTRY);
}
function bucketsOf(total: number): number {
  return (total + 2) >>> 3;
}

/** Words of a table for `size` entries: with room for half as many more, so that a rebuilding pays for itself. */
function wordsFor(size: number): number {
  let total = LEAST;
  while (capacityOf(total) < size * 1.5 + 1) total = total * 2 + 2;
  return total;
}

/** Another thread may have made the table, across the end of what our view covers. */
function coverTable(table: number): Int32Array {
  const mask = cover(table + T_BUCKETS)[table + T_MASK];
  return cover(table + T_BUCKETS + mask + 1 + words[table + T_CAPACITY] * ENTRY - 1);
}

function firstEntry(table: number): number {
  return table + T_BUCKETS + words[table + T_MASK] + 1;
}

/** The entry of a key, or 0. `word`: see keys.ts. */
export function find(at: number, key: unknown, word: number, hash: number): number {
  const table = words[at + M_TABLE];
  if (table === 0) return 0;
  const view = coverTable(table);
  const head = table + T_BUCKETS + (hash & view[table + T_MASK]);
  for (let entry = view[head]; entry !== 0; entry = view[entry + E_NEXT]) {
    if (view[entry + E_HASH] !== hash) continue;
    const cell = view[entry + E_KEY];
    if (word !== 0 ? cell === word : isKey(cell, key)) return entry;
  }
  return 0;
}

/** Is there a place for one more entry? Else `makeRoom`. The table is covered. */
export function hasRoom(at: number): boolean {
  const table = words[at + M_TABLE];
  return table !== 0 && words[table + T_USED] < words[table + T_CAPACITY];
}

/** Puts in an entry, whose cells are in hand until they are there. There must be room. */
export function append(at: number, hash: number, key: number, value: number): void {
  const table = words[at + M_TABLE];
  const view = coverTable(table);
  const used = view[table + T_USED];
  const entry = firstEntry(table) + used * ENTRY;
  const head = table + T_BUCKETS + (hash & view[table + T_MASK]);
  view[entry + E_HASH] = hash;
  view[entry + E_VALUE] = value;
  view[entry + E_KEY] = key; // from here on it is there
  letGo(KEY_HAND);
  letGo(IN_HAND);
  view[entry + E_NEXT] = view[head];
  view[head] = entry;
  view[table + T_USED] = used + 1;
  view[at + M_SIZE]++;
}

/** Puts the value in hand into an entry, and takes the old one in hand. */
export function replace(entry: number, value: number): number {
  const old = words[entry + E_VALUE];
  hold(OUT_HAND, old);
  words[entry + E_VALUE] = value;
  letGo(IN_HAND);
  return old;
}

/**
 * Deletes an entry, and takes its cells in hand: the caller has read and will drop them. It leaves its bucket at once:
 * a key that comes and goes would else make a chain of its own, 12 µs long.
 */
export function remove(at: number, entry: number): void {
  const table = words[at + M_TABLE];
  hold(KEY_HAND, words[entry + E_KEY]);
  hold(OUT_HAND, words[entry + E_VALUE]);
  words[entry + E_KEY] = 0; // from here on it is gone
  words[entry + E_VALUE] = 0;
  words[at + M_SIZE]--;
  let link = table + T_BUCKETS + (words[entry + E_HASH] & words[table + T_MASK]);
  while (words[link] !== entry) link = words[link] + E_NEXT;
  words[link] = words[entry + E_NEXT];
  if (entry === firstEntry(table) + (words[table + T_USED] - 1) * ENTRY) words[table + T_USED]--;
}

/** Takes the table out, in hand, for `emptied`. */
export function detach(at: number): number {
  const table = words[at + M_TABLE];
  if (table === 0) return 0;
  hold(OUT_HAND, table);
  cover(table)[table + T_OWNS] = 1;
  words[at + M_TABLE] = 0; // from here on the map is empty
  words[at + M_SIZE] = 0;
  return table;
}

/** Drops a detached table and its cells, one by one: killed in the middle, the supervisor drops the rest. */
export function emptied(table: number): void {
  if (table === 0) return;
  eachLive(table, (entry) => {
    // The key last: an entry without it counts as empty.
    for (const word of [entry + E_VALUE, entry + E_KEY]) {
      const cell = words[word];
      words[word] = 0;
      drop(cell);
    }
  });
  discard(OUT_HAND, table);
}

/** Calls `visit` for each entry that is there, oldest first. */
export function eachLive(table: number, visit: (entry: number) => void): void {
  if (table === 0) return;
  coverTable(table);
  const first = firstEntry(table);
  const end = first + Math.min(words[table + T_USED] + 1, words[table + T_CAPACITY]) * ENTRY;
  for (let entry = first; entry < end; entry += ENTRY) if (words[entry + E_KEY] !== 0) visit(entry);
}

/** Is so much of the table unused that a smaller one pays? The table is covered. */
export function isSparse(at: number): boolean {
  const table = words[at + M_TABLE];
  if (table === 0) return false;
  const capacity = words[table + T_CAPACITY];
  return words[at + M_SIZE] < capacity >> 3 && capacity > capacityOf(LEAST);
}

/**
 * Moves the entries to a table that fits their number, unless another thread was first. Not under the guard: it makes
 * the table before. All threads that use the map wait while it copies, about 10 ns an entry.
 *
 * @throws RangeError (ARENA_FULL), and nothing is changed
 */
export function makeRoom(at: number): void {
  const total = wordsFor(words[at + M_SIZE]);
  const table = allocate(Kind.Table, total);
  hold(KEPT_HAND, table);
  const capacity = capacityOf(total);
  words[table + T_MASK] = bucketsOf(total) - 1;
  words[table + T_CAPACITY] = capacity;
  coverTable(table);
  enter(words, at + M_GUARD);
  const old = words[at + M_TABLE];
  if (old !== 0) coverTable(old); // another thread may have made it since
  const wanted = (!hasRoom(at) || isSparse(at)) && words[at + M_SIZE] < capacity;
  if (wanted) {
    hold(OUT_HAND, old);
    copyEntries(old, table);
    words[at + M_TABLE] = table; // from here on the cells are in the new one
    letGo(KEPT_HAND);
  }
  leave(words, at + M_GUARD);
  if (wanted) discard(OUT_HAND, old);
  else discard(KEPT_HAND, table);
}

function copyEntries(from: number, to: number): void {
  if (from === 0) return;
  const view = coverTable(to);
  const mask = view[to + T_MASK];
  const start = firstEntry(to);
  let next = start;
  coverTable(from);
  const source = firstEntry(from);
  const end = source + words[from + T_USED] * ENTRY;
  for (let entry = source; entry < end; entry += ENTRY) {
    const key = words[entry + E_KEY];
    if (key === 0) continue;
    const hash = words[entry + E_HASH];
    const head = to + T_BUCKETS + (hash & mask);
    words[next + E_HASH] = hash;
    words[next + E_KEY] = key;
    words[next + E_VALUE] = words[entry + E_VALUE];
    words[next + E_NEXT] = words[head];
    words[head] = next;
    next += ENTRY;
  }
  words[to + T_USED] = (next - start) / ENTRY;
}

/**
 * Derives from the entries what a killed thread may have left half done. What it had in hand and the map has too is the
 * map's: it was on its way in and has arrived, or on its way out and had not left (guarded.ts). If the map has the same
 * shared object twice that may cost a reference, and never frees what is still used.
 */
export function mend(at: number): void {
  const table = words[at + M_TABLE];
  let size = 0;
  for (const hand of [KEPT_HAND, OUT_HAND]) disown(at, hand, table);
  if (table !== 0) {
    coverTable(table);
    words[table + T_OWNS] = 0;
    const mask = words[table + T_MASK];
    const first = firstEntry(table);
    const used = words[table + T_USED];
    words.fill(0, table + T_BUCKETS, first);
    for (let i = 0; i <= used && i < words[table + T_CAPACITY]; i++) {
      const entry = first + i * ENTRY;
      if (words[entry + E_KEY] === 0) {
        words[entry + E_VALUE] = 0; // whoever put it there, or took it out, has it in hand
        continue;
      }
      disown(at, KEY_HAND, words[entry + E_KEY]);
      for (const hand of [IN_HAND, OUT_HAND]) disown(at, hand, words[entry + E_VALUE]);
      const head = table + T_BUCKETS + (words[entry + E_HASH] & mask);
      words[entry + E_NEXT] = words[head];
      words[head] = entry;
      words[table + T_USED] = Math.max(used, i + 1);
      size++;
    }
  }
  words[at + M_SIZE] = size;
}

/** What the map has, the dead holder of the guard has not in that hand. */
function disown(at: number, hand: number, block: number): void {
  const word = handOf(at + M_GUARD, hand);
  if (block !== 0 && words[word] === block) words[word] = 0;
}

onDispose(Kind.Table, (table) => {
  if (cover(table)[table + T_OWNS] === 0) return;
  eachLive(table, (entry) => {
    drop(words[entry + E_KEY]);
    drop(words[entry + E_VALUE]);
  });
});

/** The map at `at` goes: its entries go with it. */
export function disposeTable(at: number): void {
  const table = words[at + M_TABLE];
  if (table === 0) return;
  cover(table)[table + T_OWNS] = 1;
  release(table);
}
