/**
 * The lock of an update: a read, a function of the user's, and a write, which no other write of the same place comes
 * between. It is the lock of sync/mutex.ts with the owner of an RLock (depth stays 0), for any block that has room for
 * UPDATE_WORDS at its beginning: a whole container, or one key of it.
 *
 * Who dies in it leaves the old value, so nothing is broken: the word is free again and the next one goes on. A writer
 * that takes no function need not take the lock, if under the guard of the queue it finds `isUpdating` false.
 */
import { compareExchange, load, store } from "#atomics";
import { endTask, followsTasks, inTask } from "#host";
import { describe, RuntimeError, typeError } from "../errors/errors.ts";
import { cover, words } from "../memory/arena.ts";
import { parkSync, wakeAll } from "../parking/park.ts";
import { mine } from "../parking/realm.ts";
import type { Robust } from "../parking/robust.ts";
import { spin } from "../parking/spin.ts";
import { acquireSteps, FREE, holderOf, isMine, letGo, passOn, QUEUE } from "../sync/mutex.ts";
import { acquireForTask, BLOCKING, DEPTH, RLOCK_WORDS, TASK } from "../sync/rlock-owner.ts";
import { onThreadEnd } from "../threading/endings.ts";

export const UPDATE_WORDS = RLOCK_WORDS;
/** Offset of the queue, whose guard may serve for all of the block. */
export const UPDATE_QUEUE = QUEUE;

/** How refusals name a call and its twin: "update the SharedRef", "updateAsync()". */
export interface UpdateCall {
  readonly doing: string;
  readonly twin: string;
}

/** Is an update under way? */
export function isUpdating(at: number): boolean {
  return load(words, at) !== FREE;
}

/**
 * Runs `body` with the lock at `at`, waiting for a running update. What it stores before it returns, counts.
 *
 * @throws RuntimeError (UPDATE_NESTED) inside an update of the same place; (WOULD_DEADLOCK) if an async task of this
 *   thread is in one; BlockingError (BLOCKING_NOT_ALLOWED) if it would have to wait where that is not allowed
 */
export function runUpdate<T>(at: number, call: UpdateCall, body: () => T): T {
  cover(at + UPDATE_WORDS);
  const found = compareExchange(words, at, FREE, mine);
  if (found !== FREE) takeSlow(at, found, call);
  try {
    return body();
  } finally {
    if (compareExchange(words, at, mine, FREE) !== mine) letGo(at, BLOCKING);
  }
}

/** About 1 µs; an update takes as long as its function. */
const SPINS = 16;

function takeSlow(at: number, found: number, call: UpdateCall): void {
  if (isMine(found)) throw isInside(at) ? nestedError(call) : deadlockError(call);
  const take = () => load(words, at) === FREE && compareExchange(words, at, FREE, mine) === FREE;
  if (spin(take, SPINS).free) return;
  parkSync(acquireSteps(at, BLOCKING), Number.POSITIVE_INFINITY, call.doing, call.twin);
}

/** Async updates of this realm that have the lock. */
const awaited = new Set<number>();
/** Whose function has not returned yet: where tasks can't be told apart, so much is known of who is inside. */
const running = new Set<number>();

/**
 * Runs `body` with the lock at `at` until its promise settles, without blocking the event loop. `body` must ask
 * `mustOwnUpdate` before it stores. The caller keeps the block alive.
 *
 * Rejects with RuntimeError (UPDATE_NESTED) inside an update of the same place.
 */
export async function runUpdateAsync<T>(
  at: number,
  call: UpdateCall,
  body: () => T | PromiseLike<T>,
): Promise<T> {
  cover(at + UPDATE_WORDS);
  if (isMine(load(words, at)) && isInside(at)) throw nestedError(call);
  // An update in an update is a mistake, two at a time are none: the second waits, even if it can't be told which it is.
  await acquireForTask(at, undefined, true, false);
  awaited.add(at);
  try {
    return await begun(at, body);
  } finally {
    // Once the thread is over it is not: see `onThreadEnd` below.
    if (awaited.delete(at)) {
      const task = words[at + TASK];
      words[at + TASK] = 0;
      letGo(at, BLOCKING);
      endTask(task);
    }
  }
}

function begun<T>(at: number, body: () => T): T {
  if (followsTasks()) return body();
  running.add(at);
  try {
    return body();
  } finally {
    running.delete(at);
  }
}

/** @throws RuntimeError (UPDATE_LOST) if the thread whose update this was is over */
export function mustOwnUpdate(at: number, { doing }: UpdateCall): void {
  if (awaited.has(at)) return;
  throw new RuntimeError(
    "UPDATE_LOST",
    `cannot ${doing}: the thread that began the update is over. Await updates before target returns.`,
  );
}

/** Nobody can wait for what a thread that is over has not finished. */
onThreadEnd((ident) => {
  for (const at of awaited) freeOwned(at, ident);
  awaited.clear();
});

/** Does the calling code run inside the update that this thread has begun? */
function isInside(at: number): boolean {
  const task = words[at + TASK];
  return task === 0 || inTask(task) || running.has(at);
}

/** The thread `ident` is gone: if it was in an update, that never was. */
function freeOwned(at: number, ident: number): void {
  if (holderOf(load(words, at)) !== ident) return;
  wakeAll(at + QUEUE, () => {
    if (holderOf(load(words, at)) !== ident) return;
    words[at + DEPTH] = words[at + TASK] = 0;
    store(words, at, FREE);
  });
}

/** What the supervisor does for a block that begins with this lock; add `mend` for what else the guard protects. */
export const updateRobust: Robust = {
  queue: QUEUE,
  breakOwned: freeOwned,
  passOn: (at) => passOn(at, BLOCKING),
};

export function mustBeUpdater(fn: unknown, { doing }: UpdateCall): void {
  if (typeof fn === "function") return;
  throw typeError("INVALID_ARGUMENT", `cannot ${doing}: the updater is ${describe(fn)}. Give a function.`);
}

/** A promise is no value to keep: an async function was given to the blocking form. */
export function mustBeValue(value: unknown, { doing, twin }: UpdateCall): void {
  if (!(value instanceof Promise)) return;
  value.catch(() => {}); // it is refused here, and nobody else will look
  throw typeError(
    "INVALID_VALUE",
    `cannot ${doing}: the function returned a promise. Await ${twin} instead.`,
  );
}

function nestedError({ doing }: UpdateCall): RuntimeError {
  return new RuntimeError(
    "UPDATE_NESTED",
    `cannot ${doing}: an update of it is running, and this call is inside. Return the new value from the function.`,
  );
}

function deadlockError({ doing, twin }: UpdateCall): RuntimeError {
  return new RuntimeError(
    "WOULD_DEADLOCK",
    `cannot ${doing}: another async task of this thread updates it, and can't go on while the thread blocks. Await ${twin} instead.`,
  );
}
