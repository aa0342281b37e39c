/** The calls of a map that wait for an update of a key, or are one: blocking, and awaiting. */
import { list, unlist } from "../memory/handle.ts";
import { isBlock, pack } from "./cell.ts";
import { discard, IN_HAND } from "./guarded.ts";
import { hold, letGo } from "./hands.ts";
import { endUse, type Key, type Use, use, useAll, useAround, useClearing, useTaken } from "./key-lock.ts";
import { DELETED, erase, eraseAll, IN_UPDATE, read, write } from "./map-steps.ts";
import { mustBeValue, mustOwnUpdate, runUpdate, runUpdateAsync, type UpdateCall } from "./update-lock.ts";

export const SET: UpdateCall = { doing: "set an entry of the SharedMap", twin: "setAsync()" };
export const DELETE: UpdateCall = { doing: "delete an entry of the SharedMap", twin: "deleteAsync()" };
export const CLEAR: UpdateCall = { doing: "clear the SharedMap", twin: "clearAsync()" };
export const UPDATE: UpdateCall = { doing: "update an entry of the SharedMap", twin: "updateAsync()" };
export const GET_OR_SET: UpdateCall = {
  doing: "get or set an entry of the SharedMap",
  twin: "getOrSetAsync()",
};
const VALUE = "a value of a SharedMap";

/** What `read` gives for a key that is not there. */
const NONE = Symbol("none");

function locked<T>(at: number, used: Use, call: UpdateCall, body: () => T): T {
  try {
    return runUpdate(used.lock, call, body);
  } finally {
    endUse(at, used);
  }
}

async function lockedAsync<T>(
  at: number,
  used: Use,
  call: UpdateCall,
  body: () => T | PromiseLike<T>,
): Promise<T> {
  try {
    return await runUpdateAsync(used.lock, call, body);
  } finally {
    endUse(at, used);
  }
}

const nothing = () => {};

/** Lets a `clear` that waits for updates go first. */
function afterClear(at: number, call: UpdateCall): void {
  for (let used = useClearing(at, false); used !== undefined; used = useClearing(at, false))
    locked(at, used, call, nothing);
}

async function afterClearAsync(at: number, call: UpdateCall): Promise<void> {
  for (let used = useClearing(at, true); used !== undefined; used = useClearing(at, true))
    await lockedAsync(at, used, call, nothing);
}

export function setEntry(at: number, key: Key, value: unknown, owner: object): void {
  const cell = pack(value, VALUE, owner);
  if (write(at, key, cell, owner, false)) return;
  let inHand = true;
  try {
    locked(at, use(at, key, owner), SET, () => {
      inHand = false;
      write(at, key, cell, owner, true);
    });
  } finally {
    if (inHand) discard(IN_HAND, cell);
  }
}

export async function setEntryAsync(at: number, key: Key, value: unknown, owner: object): Promise<void> {
  const cell = pack(value, VALUE, owner);
  if (write(at, key, cell, owner, false)) return;
  // Other calls of this thread use the hands meanwhile.
  letGo(IN_HAND);
  let slot = 0;
  let waiting = true;
  const endWait = () => {
    waiting = false;
    unlist(slot);
    hold(IN_HAND, cell);
  };
  try {
    if (isBlock(cell)) slot = list(cell);
    const used = use(at, key, owner);
    await lockedAsync(at, used, SET, () => {
      mustOwnUpdate(used.lock, SET);
      endWait();
      write(at, key, cell, owner, true);
    });
  } finally {
    if (waiting) {
      endWait();
      discard(IN_HAND, cell);
    }
  }
}

export function deleteEntry(at: number, key: Key, owner: object): boolean {
  const outcome = erase(at, key, false);
  if (outcome !== IN_UPDATE) return outcome === DELETED;
  return locked(at, use(at, key, owner), DELETE, () => erase(at, key, true) === DELETED);
}

export async function deleteEntryAsync(at: number, key: Key, owner: object): Promise<boolean> {
  const outcome = erase(at, key, false);
  if (outcome !== IN_UPDATE) return outcome === DELETED;
  const used = use(at, key, owner);
  return lockedAsync(at, used, DELETE, () => {
    mustOwnUpdate(used.lock, DELETE);
    return erase(at, key, true) === DELETED;
  });
}

/** Waits for the updates under way, and keeps new ones out meanwhile: see key-lock.ts. */
export function clear(at: number, owner: object): void {
  if (eraseAll(at)) return;
  // A call from inside an update is refused before it waits for another clear, which waits for that update.
  const around = useAround(at, false);
  if (around !== undefined) locked(at, around, CLEAR, nothing);
  locked(at, useAll(at, owner), CLEAR, () => {
    while (!eraseAll(at)) waitForOne(at);
  });
}

export async function clearAsync(at: number, owner: object): Promise<void> {
  if (eraseAll(at)) return;
  const around = useAround(at, true);
  if (around !== undefined) await lockedAsync(at, around, CLEAR, nothing);
  const all = useAll(at, owner);
  await lockedAsync(at, all, CLEAR, async () => {
    for (;;) {
      mustOwnUpdate(all.lock, CLEAR);
      if (eraseAll(at)) return;
      await waitForOneAsync(at);
    }
  });
}

/** Waits for one of the updates under way. */
function waitForOne(at: number): void {
  const taken = useTaken(at, false);
  if (taken !== undefined) locked(at, taken, CLEAR, nothing);
}

async function waitForOneAsync(at: number): Promise<void> {
  const taken = useTaken(at, true);
  if (taken !== undefined) await lockedAsync(at, taken, CLEAR, nothing);
}

export function updateEntry(at: number, key: Key, fn: (value: unknown) => unknown, owner: object): unknown {
  afterClear(at, UPDATE);
  return locked(at, use(at, key, owner), UPDATE, () => {
    const value = fn(read(at, key));
    mustBeValue(value, UPDATE);
    write(at, key, pack(value, VALUE, owner), owner, true);
    return value;
  });
}

export async function updateEntryAsync(
  at: number,
  key: Key,
  fn: (value: unknown) => unknown,
  owner: object,
): Promise<unknown> {
  await afterClearAsync(at, UPDATE);
  const used = use(at, key, owner);
  return lockedAsync(at, used, UPDATE, async () => {
    const value = await fn(read(at, key));
    mustOwnUpdate(used.lock, UPDATE);
    write(at, key, pack(value, VALUE, owner), owner, true);
    return value;
  });
}

export function getOrSetEntry(at: number, key: Key, make: () => unknown, owner: object): unknown {
  const there = read(at, key, NONE);
  if (there !== NONE) return there;
  afterClear(at, GET_OR_SET);
  return locked(at, use(at, key, owner), GET_OR_SET, () => {
    const meanwhile = read(at, key, NONE);
    if (meanwhile !== NONE) return meanwhile;
    const value = make();
    mustBeValue(value, GET_OR_SET);
    write(at, key, pack(value, VALUE, owner), owner, true);
    return value;
  });
}

export async function getOrSetEntryAsync(
  at: number,
  key: Key,
  make: () => unknown,
  owner: object,
): Promise<unknown> {
  const there = read(at, key, NONE);
  if (there !== NONE) return there;
  await afterClearAsync(at, GET_OR_SET);
  const used = use(at, key, owner);
  return lockedAsync(at, used, GET_OR_SET, async () => {
    const meanwhile = read(at, key, NONE);
    if (meanwhile !== NONE) return meanwhile;
    const value = await make();
    mustOwnUpdate(used.lock, GET_OR_SET);
    write(at, key, pack(value, VALUE, owner), owner, true);
    return value;
  });
}
