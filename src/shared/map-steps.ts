/**
 * What maps and sets do with one entry: sections under the guard, and around them what must not be done there, such as
 * to make blocks, to drop them, to read large values and to wait.
 *
 * A cell that a section stores is in hand before it, and so is one that it takes out after it (hands.ts). The change
 * itself is one store (hash-table.ts).
 */

import { onDispose } from "../memory/allocator.ts";
import { words } from "../memory/arena.ts";
import { enter, leave } from "../memory/guard.ts";
import { Kind } from "../memory/layout.ts";
import { defineRobust } from "../parking/robust.ts";
import { isBlock, isBrief, keep, NOTHING, open } from "./cell.ts";
import { discard, IN_HAND, KEPT_HAND, OUT_HAND, openFrom } from "./guarded.ts";
import { hold } from "./hands.ts";
import {
  append,
  detach,
  disposeTable,
  E_VALUE,
  emptied,
  find,
  hasRoom,
  isSparse,
  KEY_HAND,
  M_GUARD,
  M_QUEUE,
  makeRoom,
  mend,
  remove,
  replace,
} from "./hash-table.ts";
import { disposeLocks, type Key, takenLock, updateOf } from "./key-lock.ts";
import { packKey } from "./keys.ts";

export function has(at: number, { value, word, hash }: Key): boolean {
  enter(words, at + M_GUARD);
  try {
    return find(at, value, word, hash) !== 0;
  } finally {
    leave(words, at + M_GUARD);
  }
}

/** The value of a key, or `absent`. */
export function read(at: number, { value, word, hash }: Key, absent?: unknown): unknown {
  let cell = NOTHING;
  enter(words, at + M_GUARD);
  try {
    const entry = find(at, value, word, hash);
    if (entry === 0) return absent;
    cell = words[entry + E_VALUE];
    if (isBrief(cell)) return open(cell);
    keep(cell);
    hold(KEPT_HAND, cell);
  } finally {
    leave(words, at + M_GUARD);
  }
  return openFrom(KEPT_HAND, cell);
}

const DONE = 0;
const BUSY = 1;
const NEEDS_KEY = 2;
const NEEDS_ROOM = 3;

/**
 * Puts the value `cell`, which becomes the map's, under a key. False: the key is being updated, nothing is changed, and
 * the cell is in hand. `mine`: the caller has the lock of the key.
 *
 * @throws RangeError (ARENA_FULL) and whatever packing the key throws; then nothing is changed, and the cell is dropped
 */
export function write(at: number, key: Key, cell: number, owner: object, mine: boolean): boolean {
  // A key of one word needs no packing; for another it is worth a second look whether the entry is there already.
  let keyCell = isBlock(key.word) ? NOTHING : key.word;
  let old = NOTHING;
  hold(IN_HAND, cell);
  try {
    for (let next = BUSY; next !== DONE; ) {
      enter(words, at + M_GUARD);
      try {
        const entry = find(at, key.value, key.word, key.hash);
        if (!mine && updateOf(at, key) !== 0) next = BUSY;
        else if (entry !== 0) {
          old = replace(entry, cell);
          next = DONE;
        } else if (keyCell === NOTHING) next = NEEDS_KEY;
        else if (!hasRoom(at)) next = NEEDS_ROOM;
        else {
          append(at, key.hash, keyCell, cell);
          keyCell = NOTHING;
          next = DONE;
        }
      } finally {
        leave(words, at + M_GUARD);
      }
      if (next === BUSY) break;
      if (next === NEEDS_KEY) {
        keyCell = packKey(key.value, key.word, owner);
        hold(KEY_HAND, keyCell);
      } else if (next === NEEDS_ROOM) makeRoom(at);
      else {
        discard(OUT_HAND, old);
        discard(KEY_HAND, keyCell); // another thread put in the entry meanwhile, with a key of its own
        return true;
      }
    }
  } catch (error) {
    discard(IN_HAND, cell);
    discard(KEY_HAND, keyCell);
    throw error;
  }
  discard(KEY_HAND, keyCell);
  return false;
}

export const ABSENT = 0;
export const DELETED = 1;
export const IN_UPDATE = 2;

/** Deletes an entry. IN_UPDATE: its key is being updated, and nothing is changed. */
export function erase(
  at: number,
  key: Key,
  mine: boolean,
): typeof ABSENT | typeof DELETED | typeof IN_UPDATE {
  let sparse = false;
  let keyCell = NOTHING;
  let cell = NOTHING;
  enter(words, at + M_GUARD);
  try {
    if (!mine && updateOf(at, key) !== 0) return IN_UPDATE;
    const entry = find(at, key.value, key.word, key.hash);
    if (entry === 0) return ABSENT;
    keyCell = words[entry + E_VALUE - 1];
    cell = words[entry + E_VALUE];
    remove(at, entry);
    sparse = isSparse(at);
  } finally {
    leave(words, at + M_GUARD);
  }
  discard(KEY_HAND, keyCell);
  discard(OUT_HAND, cell);
  if (sparse) shrink(at);
  return DELETED;
}

function shrink(at: number): void {
  try {
    makeRoom(at);
  } catch (error) {
    // No memory for the smaller table: the large one does as well.
    if ((error as { code?: string }).code !== "ARENA_FULL") throw error;
  }
}

/** Deletes all entries in one step; false: some key is being updated, and nothing is changed. */
export function eraseAll(at: number): boolean {
  enter(words, at + M_GUARD);
  const taken = takenLock(at, false);
  const table = taken === 0 ? detach(at) : 0;
  leave(words, at + M_GUARD);
  emptied(table);
  return taken === 0;
}

for (const kind of [Kind.SharedMap, Kind.SharedSet]) {
  defineRobust(kind, { queue: M_QUEUE, mend });
  onDispose(kind, (at) => {
    disposeTable(at);
    disposeLocks(at);
  });
}
