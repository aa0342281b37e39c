/**
 * Locks of keys that are being updated. A map has none as a rule: the record of one key is made for its update, stands
 * in the map's list while somebody has a use for it, and goes.
 *
 * record: the lock (update-lock.ts); next in the list; cell of the key, 0: the lock of `clear`; hash.
 * references: one of the list, one of each that holds the lock or waits for it. The list changes under the map's guard.
 *
 * A reference is noted in the ledger of its realm. So if a thread is killed with it, the supervisor frees the lock
 * (`updateRobust`) and gives the reference back; the record, of no more use then, leaves the list when the next one
 * looks through it. Killed just between taking the note back and giving the reference back, it leaves a record that
 * stays, and serves whoever updates that key next.
 *
 * The lock of `clear` keeps new updates out while `clear` waits for those under way, or it might wait for ever. Who is
 * in an update of the same map is let through: `clear` waits for that one anyway.
 */
import { inTask } from "#host";
import { allocate, onDispose, release, retain } from "../memory/allocator.ts";
import { cover, words } from "../memory/arena.ts";
import { enter, leave } from "../memory/guard.ts";
import { list, unlist } from "../memory/handle.ts";
import { Kind } from "../memory/layout.ts";
import { ident } from "../parking/realm.ts";
import { defineRobust } from "../parking/robust.ts";
import { holderOf } from "../sync/mutex.ts";
import { TASK } from "../sync/rlock-owner.ts";
import { drop, NOTHING } from "./cell.ts";
import { M_GUARD, M_LOCKS, M_SEED } from "./hash-table.ts";
import { hashOf, isKey, packKey } from "./keys.ts";
import { isUpdating, UPDATE_WORDS, updateRobust } from "./update-lock.ts";

const K_NEXT = UPDATE_WORDS;
const K_KEY = K_NEXT + 1;
const K_HASH = K_KEY + 1;
const KEY_LOCK_WORDS = K_HASH + 1;

/** A key as it is looked up: see keys.ts. */
export interface Key {
  readonly value: unknown;
  readonly word: number;
  readonly hash: number;
}

/** The key that all of a map's entries wait for in `clear`. */
const ALL: Key = { value: undefined, word: NOTHING, hash: 0 };

/** A use of a record by this realm. */
export interface Use {
  readonly lock: number;
  readonly slot: number;
}

/** Under the guard: the record of a key, or 0. */
function recordOf(at: number, key: Key): number {
  for (let lock = words[at + M_LOCKS]; lock !== 0; lock = words[lock + K_NEXT]) {
    cover(lock + KEY_LOCK_WORDS);
    const cell = words[lock + K_KEY];
    if (
      key === ALL
        ? cell === NOTHING
        : cell !== NOTHING && words[lock + K_HASH] === key.hash && isCell(cell, key)
    )
      return lock;
  }
  return 0;
}

function isCell(cell: number, { value, word }: Key): boolean {
  return word !== 0 ? cell === word : isKey(cell, value);
}

/** Under the guard: the lock of an update of that key that is under way, or 0. */
export function updateOf(at: number, key: Key): number {
  if (words[at + M_LOCKS] === 0) return 0;
  const lock = recordOf(at, key);
  return lock !== 0 && isUpdating(lock) ? lock : 0;
}

/** Uses the record of a key, which is made if there is none. The caller `endUse`s it. */
export function use(at: number, key: Key, owner: object): Use {
  // Made before the guard: it may want memory. It is noted in the ledger with the reference that will be this use's.
  const fresh = allocate(Kind.KeyLock, KEY_LOCK_WORDS);
  const slot = note(fresh);
  try {
    words[fresh + K_KEY] = key === ALL ? NOTHING : packKey(key.value, key.word, owner);
  } catch (error) {
    unlist(slot);
    release(fresh);
    throw error;
  }
  words[fresh + K_HASH] = key.hash;
  enter(words, at + M_GUARD);
  const found = words[at + M_LOCKS] === 0 ? 0 : recordOf(at, key);
  if (found === 0) {
    retain(fresh); // the list's
    words[fresh + K_NEXT] = words[at + M_LOCKS];
    words[at + M_LOCKS] = fresh;
  } else retain(found);
  leave(words, at + M_GUARD);
  if (found === 0) return { lock: fresh, slot };
  unlist(slot);
  release(fresh);
  return { lock: found, slot: note(found) };
}

/** Notes a reference that the caller has in the ledger; if there is no memory for that, it is given back. */
function note(lock: number): number {
  try {
    return list(lock);
  } catch (error) {
    release(lock);
    throw error;
  }
}

export const useAll = (at: number, owner: object): Use => use(at, ALL, owner);

/** Ends a use; the last one takes the record out of the list. */
export function endUse(at: number, { lock, slot }: Use): void {
  enter(words, at + M_GUARD);
  unlist(slot); // not before: the guard may be long in coming
  const idle = sweep(at, lock);
  leave(words, at + M_GUARD);
  for (const record of idle) release(record);
}

/**
 * Under the guard: gives back the caller's use of `mine`, and takes out all records that nobody uses. They are the
 * caller's to release, which frees them; a reference above the list's is given back here, which never does.
 */
function sweep(at: number, mine: number): readonly number[] {
  const idle: number[] = [];
  release(mine);
  for (let before = 0, lock = words[at + M_LOCKS]; lock !== 0; ) {
    cover(lock + KEY_LOCK_WORDS);
    const next = words[lock + K_NEXT];
    if (words[lock - 1] === 1) {
      if (before === 0) words[at + M_LOCKS] = next;
      else words[before + K_NEXT] = next;
      idle.push(lock);
    } else before = lock;
    lock = next;
  }
  return idle;
}

/** A lock of an update that is under way, with a use of it, the caller's own first; undefined: there is none. */
export function useTaken(at: number, awaits: boolean): Use | undefined {
  return usedIf(at, () => takenLock(at, awaits));
}

/** The lock of an update that the caller is inside, with a use of it; undefined: it is in none. */
export function useAround(at: number, awaits: boolean): Use | undefined {
  return usedIf(at, () => {
    const lock = takenLock(at, awaits);
    return lock !== 0 && isAround(lock, awaits) ? lock : 0;
  });
}

/** A use of the lock that `choose` finds under the guard, if any. */
function usedIf(at: number, choose: () => number): Use | undefined {
  enter(words, at + M_GUARD);
  const lock = choose();
  if (lock !== 0) retain(lock);
  leave(words, at + M_GUARD);
  return lock === 0 ? undefined : { lock, slot: note(lock) };
}

/** Under the guard: the lock of an update that is under way, or 0. */
export function takenLock(at: number, awaits: boolean): number {
  let taken = 0;
  for (let lock = words[at + M_LOCKS]; lock !== 0; lock = words[lock + K_NEXT]) {
    cover(lock + KEY_LOCK_WORDS);
    if (words[lock + K_KEY] === NOTHING || !isUpdating(lock)) continue;
    if (isAround(lock, awaits)) return lock;
    taken = lock;
  }
  return taken;
}

/**
 * Is the caller inside that update? Who blocks counts as inside those of all tasks of its thread: none of them goes on
 * while it does.
 */
function isAround(lock: number, awaits: boolean): boolean {
  if (holderOf(words[lock]) !== ident) return false;
  const task = words[lock + TASK];
  return !awaits || task === 0 || inTask(task);
}

/** The lock of `clear`, with a use of it, if it keeps the caller from beginning an update; else undefined. */
export function useClearing(at: number, awaits: boolean): Use | undefined {
  if (words[at + M_LOCKS] === 0) return undefined; // it may come a moment later, and will wait for us then
  return usedIf(at, () => {
    let clearing = 0;
    for (let lock = words[at + M_LOCKS]; lock !== 0; lock = words[lock + K_NEXT]) {
      cover(lock + KEY_LOCK_WORDS);
      if (isAround(lock, awaits)) return 0;
      if (words[lock + K_KEY] === NOTHING && isUpdating(lock)) clearing = lock;
    }
    return clearing;
  });
}

/** A key of the map at `at`, ready to be looked up. */
export function keyOf(at: number, value: unknown, word: number): Key {
  return { value, word, hash: hashOf(value, word, words[at + M_SEED], words[at + M_SEED + 1]) };
}

/** The map at `at` goes: nobody can be in an update of it. */
export function disposeLocks(at: number): void {
  for (let lock = words[at + M_LOCKS]; lock !== 0; ) {
    const next = cover(lock + KEY_LOCK_WORDS)[lock + K_NEXT];
    release(lock);
    lock = next;
  }
}

defineRobust(Kind.KeyLock, updateRobust);
onDispose(Kind.KeyLock, (lock) => drop(words[lock + K_KEY]));
