/**
 * The words of a semaphore: permits, taken one at a time, without owners.
 *
 * word            meaning                                      who may leave it, to what
 * value           that many permits are free; nobody in line   anybody → value − 1; release(n) → value + n;
 *                                                              a waiter that finds 0 → 0+AWAITED, under the guard
 * value+AWAITED   somebody may stand in line                   anybody → value − 1; under the guard: release(n) →
 *                                                              value + n; the last to leave → without AWAITED
 *
 * AWAITED sends each release under the guard, where it wakes as many as it gives permits. So while there is a line
 * the value only falls outside of the guard, and what a release found out there holds.
 *
 * Barging is allowed: a woken waiter takes its permit itself, and another may come first. Waiting is bounded all the
 * same: who was woken, overtaken, and has waited STARVING_AFTER goes back to its place and is handed a permit by the
 * next release (as by a Lock). Such a permit never shows in the value: settling the node is what hands it over, so
 * it can be neither doubled nor be lost between the two, whoever is killed.
 */
import { and, compareExchange, load, or } from "#atomics";
import { rangeError } from "../errors/errors.ts";
import { words } from "../memory/arena.ts";
import { enter, leave } from "../memory/guard.ts";
import { Kind } from "../memory/layout.ts";
import { ASYNC, GIFTED, GONE, N_FLAGS, N_REALM, NOTIFIED, Q_GUARD, STARVING } from "../parking/layout.ts";
import type { ParkRequest, Steps } from "../parking/park.ts";
import { firstWaiting, isEmpty, nextWaiting, settle, wake } from "../parking/queue.ts";
import { defineRobust } from "../parking/robust.ts";
import { STARVING_AFTER } from "./mutex.ts";

export const AWAITED = 1;
/** One permit in the word. */
export const ONE = 2;
/** Most permits that the word can hold. */
export const MOST = 2 ** 30 - 1;
/** Offset of the most permits that there may be: a bounded one's initial value, else MOST. Never changes. */
export const LIMIT = 1;
export const QUEUE = 2;

export function valueOf(word: number): number {
  return word >> 1;
}

/** Takes a permit if there is one. */
export function take(words: Int32Array, at: number): boolean {
  for (;;) {
    const word = load(words, at);
    if (word < ONE) return false;
    if (compareExchange(words, at, word, word - ONE) === word) return true;
  }
}

/** The slow path of acquire. True: the caller has a permit. */
export function* acquireSteps(at: number): Steps<boolean> {
  const place: { -readonly [K in keyof ParkRequest]: ParkRequest[K] } = {
    queue: at + QUEUE,
    mustWait: () => markAwaited(at),
    onLeave: () => unmarkAwaited(at),
  };
  const since = performance.now();
  let woken = false;
  for (;;) {
    // 1. Take one if there is one.
    if (take(words, at)) return true;
    // 2. Stand in line.
    const outcome = yield place;
    if (outcome === GONE) {
      if (woken) passOn(at);
      return false;
    }
    // 3. Handed over: it is ours already.
    if (outcome === GIFTED) return true;
    // 4. Woken: try again, and if overtaken go to the front; after a while ask to be handed it.
    if (outcome === NOTIFIED) {
      woken = true;
      place.front = true;
      place.starving = performance.now() - since >= STARVING_AFTER;
    }
  }
}

/** Under the guard: is there nothing to take? Then releases must come this way. */
function markAwaited(at: number): boolean {
  for (;;) {
    const word = load(words, at);
    if (word >= ONE) return false;
    if (word & AWAITED || compareExchange(words, at, word, word | AWAITED) === word) return true;
  }
}

/** Under the guard: when nobody is in line any more, the word is as if nobody had come. */
function unmarkAwaited(at: number): void {
  if (isEmpty(at + QUEUE)) and(words, at, ~AWAITED);
}

export function releaseSlow(at: number, n: number, limit: number): void {
  for (;;) {
    const word = load(words, at);
    if (valueOf(word) + n > limit) throw overflowError(valueOf(word), n, limit);
    if (word & AWAITED ? giveBack(at, n, limit) : compareExchange(words, at, word, word + n * ONE) === word)
      return;
  }
}

/** How many in line a release looks at beyond its permits: a crowd of promises must not make it walk them all. */
const LOOK_AHEAD = 16;

/** Gives `n` permits back; false, and nothing is changed, if there would be more than `limit`. */
function giveBack(at: number, n: number, limit: number): boolean {
  const queue = at + QUEUE;
  const woken: number[] = [];
  enter(words, queue + Q_GUARD);
  // 1. Nobody gives back outside of the guard from here on: the value can only fall.
  const fits = valueOf(or(words, at, AWAITED)) + n <= limit;
  if (fits) {
    // 2. Wake those in line. Who starves has got a permit by that.
    const gifts = wakeLine(queue, n, woken, true);
    // 3. The others find theirs here.
    addPermits(at, n - gifts);
  }
  unmarkAwaited(at);
  leave(words, queue + Q_GUARD);
  for (const node of woken) wake(node);
  return fits;
}

function addPermits(at: number, n: number): void {
  for (;;) {
    const word = load(words, at);
    if (compareExchange(words, at, word, word + n * ONE) === word) return;
  }
}

/**
 * Under the guard: settles those whom `permits` permits let through, and returns how many were handed theirs.
 * A promise's event loop may be busy, so behind a promise others are woken too, as many of each thread as there are
 * permits, until as many that block are woken. They all try; who is late goes back to its place.
 */
function wakeLine(queue: number, permits: number, woken: number[], handOver: boolean): number {
  const told = new Map<number, number>();
  let gifts = 0;
  let blocking = 0;
  let node = firstWaiting(queue);
  for (let seen = 0; node !== 0 && gifts + blocking < permits && seen < LOOK_AHEAD + permits; seen++) {
    const next = nextWaiting(node);
    const flags = words[node + N_FLAGS];
    const realm = words[node + N_REALM];
    const toldThere = told.get(realm) ?? 0;
    // Not past somebody who must look for his.
    const gift = handOver && (flags & STARVING) !== 0 && woken.length === gifts;
    if (toldThere < permits && settle(queue, node, gift ? GIFTED : NOTIFIED)) {
      woken.push(node);
      told.set(realm, toldThere + 1);
      if (gift) gifts++;
      else if ((flags & ASYNC) === 0) blocking++;
    }
    node = next;
  }
  return gifts;
}

/** A wake-up was not used: it goes to others, if there are permits for them. */
function passOn(at: number): void {
  const woken: number[] = [];
  enter(words, at + QUEUE + Q_GUARD);
  wakeLine(at + QUEUE, valueOf(load(words, at)), woken, false);
  unmarkAwaited(at);
  leave(words, at + QUEUE + Q_GUARD);
  for (const node of woken) wake(node);
}

/** A waiter died. A permit that it had been handed and never knew of is given back, once. */
function inherit(at: number, status: typeof NOTIFIED | typeof GIFTED | typeof GONE): void {
  if (status === GIFTED) giveBack(at, 1, words[at + LIMIT]);
  else passOn(at);
}

/** Under the guard of a thread that was killed: AWAITED says again whether there is a line. */
function mend(at: number): void {
  if (isEmpty(at + QUEUE)) and(words, at, ~AWAITED);
  else or(words, at, AWAITED);
}

function overflowError(value: number, n: number, limit: number): RangeError {
  return rangeError(
    "SEMAPHORE_OVERFLOW",
    limit < MOST
      ? `cannot release the semaphore: its value would be ${value + n}, above its initial ${limit}. Release it once for each acquire; \`using\` or with() do so by themselves.`
      : `cannot release the semaphore: its value would be ${value + n}, and ${MOST} is the most. Release it once for each acquire.`,
  );
}

for (const kind of [Kind.Semaphore, Kind.BoundedSemaphore])
  defineRobust(kind, { queue: QUEUE, mend, abandoned: passOn, passOn: inherit });
