/**
 * The words of a barrier, and how its rounds begin and end. All of it runs under the queue's guard.
 *
 * phase      meaning                                      who may leave it, to what
 * FILLING    `count` have arrived and stand in line       the last to arrive → OPENING, or → its ident if there is an
 *                                                         action; reset() → EMPTYING; whoever gives up → BROKEN
 * ident      all are there; that thread runs the action   that thread → OPENING, or → BROKEN if it failed; reset(),
 *                                                         abort(); the supervisor → BROKEN, if the thread was killed
 * OPENING    everybody in line is let through             who set it, or the supervisor → FILLING
 * EMPTYING   everybody in line is thrown out              who set it, or the supervisor → FILLING
 * BROKEN     nobody is in line, and nobody may come       reset() → EMPTYING
 *
 * How a round ended for a waiter is settled on its own node: GIFTED, it may go; NOTIFIED, thrown out. So nothing has
 * to drain: the next round fills while those of the last one are still waking up, and they never read the words.
 *
 * Who comes while the action runs belongs to the next round. He stands in line behind `turn`, the last ticket of the
 * present one, and looks again when it is over.
 *
 * A phase is stored before its work is done, and the work can be done again from the start: that is how the
 * supervisor finishes it for a thread that was killed in the middle.
 */
import { load, store } from "#atomics";
import { cover, words } from "../memory/arena.ts";
import { enter, leave } from "../memory/guard.ts";
import { Kind } from "../memory/layout.ts";
import { GIFTED, N_TICKET, NOTIFIED, Q_GUARD, Q_TICKET, QUEUE_WORDS } from "../parking/layout.ts";
import { LOOK, type ParkRequest, type Steps } from "../parking/park.ts";
import { firstWaiting, settle, wake } from "../parking/queue.ts";
import { mine } from "../parking/realm.ts";
import { defineRobust } from "../parking/robust.ts";
import { countWaiting, settleAll } from "./line.ts";
import { holderOf } from "./mutex.ts";

export const B_PHASE = 0;
/** How many must come. Never changes. */
export const B_PARTIES = 1;
/** How many of the present round have come; all of them, while the action runs. */
export const B_COUNT = 2;
/** Counts rounds that are over, however they ended. It is compared for equality only, so it may wrap. */
export const B_ROUND = 3;
/** Last ticket of the round that is over or whose action runs. */
export const B_TURN = 4;
/** 1: there is an action. Never changes. */
export const B_ACTS = 5;
/** Message with the action, from the first crossing on. */
export const B_ACTION = 6;
/** The default timeout, two words of a float64. Never change. */
export const B_TIMEOUT = 7;
export const B_QUEUE = 9;
export const BARRIER_WORDS = B_QUEUE + QUEUE_WORDS;

const FILLING = 0;
export const BROKEN = 1;
const OPENING = 2;
const EMPTYING = 3;
/** From here on: `mine` of the thread that runs the action. */
const ACTING = 4;

/** The thread that runs the action now, or 0. */
export function actorOf(phase: number): number {
  return phase >= ACTING ? holderOf(phase) : 0;
}

/** How many have come: none where a round is over and the next has not begun. */
export function arrivedOf(at: number): number {
  const phase = load(words, at + B_PHASE);
  return phase === FILLING || phase >= ACTING ? load(words, at + B_COUNT) : 0;
}

// What came of a call, or its index from 0 on.
/** Not in this round: an action is running. Also what a call is before it has arrived. */
export const EARLY = -1;
/** It was the last; the barrier is open. */
export const PASSED = -2;
/** It was the last, and runs the action now. */
export const ACT = -3;
/** It found the barrier broken. */
export const FOUND_BROKEN = -4;
/** It was thrown out of the line. */
export const THROWN_OUT = -5;
/** Its time was up or its signal was aborted. */
export const GAVE_UP = -6;

/** One call of `wait`. */
export interface Visit {
  spot: number;
  /** The round that it belongs to. */
  round: number;
  /** Settled under the guard, to be told after it. */
  readonly woken: number[];
}

export function newVisit(): Visit {
  return { spot: EARLY, round: 0, woken: [] };
}

/** Runs `change` under the guard, then tells those whom it settled. */
export function guarded<T>(at: number, woken: number[], change: () => T): T {
  cover(at + BARRIER_WORDS);
  enter(words, at + B_QUEUE + Q_GUARD);
  const result = change();
  leave(words, at + B_QUEUE + Q_GUARD);
  tell(woken);
  return result;
}

function tell(woken: number[]): void {
  for (const node of woken.splice(0)) wake(node);
}

/** Arrives, if that makes the round full; else EARLY. The way of the last one without a generator. */
export function arriveLast(at: number, visit: Visit): number {
  const isLast = () =>
    load(words, at + B_COUNT) + 1 === words[at + B_PARTIES] && load(words, at + B_PHASE) === FILLING;
  if (!isLast()) return EARLY;
  return guarded(at, visit.woken, () => (isLast() ? arrive(at, visit) : EARLY));
}

function arrive(at: number, visit: Visit): number {
  const phase = load(words, at + B_PHASE);
  visit.round = words[at + B_ROUND];
  if (phase === BROKEN) return FOUND_BROKEN;
  if (phase >= ACTING) return EARLY;
  const index = words[at + B_COUNT];
  if (index + 1 < words[at + B_PARTIES]) {
    store(words, at + B_COUNT, index + 1);
    return index;
  }
  words[at + B_TURN] = words[at + B_QUEUE + Q_TICKET];
  if (words[at + B_ACTS] === 0) {
    open(at, visit.woken);
    return PASSED;
  }
  store(words, at + B_COUNT, index + 1);
  store(words, at + B_PHASE, mine);
  return ACT;
}

/** The slow path of wait: what came of it. It does not spin: see Event. Three threads on two cores would take twice as long. */
export function* waitSteps(at: number, visit: Visit, signal?: AbortSignal): Steps<number> {
  let late = false;
  const place: { -readonly [K in keyof ParkRequest]: ParkRequest[K] } = {
    queue: at + B_QUEUE,
    mustWait() {
      visit.spot = arrive(at, visit);
      if (late && visit.spot >= 0) {
        breakUp(at, visit.woken);
        visit.spot = GAVE_UP;
      }
      return visit.spot >= EARLY;
    },
    // While the action runs all are there: nobody may break the round any more by being impatient.
    mayLeave: () => load(words, at + B_PHASE) < ACTING,
    onLeave: () => breakUp(at, visit.woken),
  };
  for (;;) {
    const outcome = yield place;
    tell(visit.woken);
    // 1. The round is over, or this call was the last to arrive, or came to a broken barrier.
    if (outcome === GIFTED || outcome === LOOK) return visit.spot;
    if (visit.spot >= 0) return outcome === NOTIFIED ? THROWN_OUT : GAVE_UP;
    // 2. An action was running and is over now: look again.
    if (outcome === NOTIFIED) continue;
    // 3. The time was up before it arrived. It may be the last all the same; if not, it breaks the barrier.
    if (signal?.aborted) return GAVE_UP;
    late = place.final = true;
  }
}

/** Everybody of this round goes through; who came for the next one looks again. */
function open(at: number, woken: number[]): void {
  store(words, at + B_PHASE, OPENING);
  for (let node = firstWaiting(at + B_QUEUE); node !== 0; node = firstWaiting(at + B_QUEUE)) {
    const isOfRound = ((words[node + N_TICKET] - words[at + B_TURN]) | 0) <= 0;
    if (settle(at + B_QUEUE, node, isOfRound ? GIFTED : NOTIFIED)) woken.push(node);
  }
  nextRound(at);
  store(words, at + B_PHASE, FILLING);
}

/** Everybody is thrown out, and nobody may come. */
function breakUp(at: number, woken: number[]): void {
  store(words, at + B_PHASE, BROKEN);
  settleAll(at + B_QUEUE, NOTIFIED, woken);
  nextRound(at);
}

/** Everybody is thrown out, and a new round begins. */
function startOver(at: number, woken: number[]): void {
  store(words, at + B_PHASE, EMPTYING);
  settleAll(at + B_QUEUE, NOTIFIED, woken);
  nextRound(at);
  store(words, at + B_PHASE, FILLING);
}

function nextRound(at: number): void {
  store(words, at + B_COUNT, 0);
  store(words, at + B_ROUND, (words[at + B_ROUND] + 1) | 0);
}

/** The action is over. False: the barrier was broken or reset meanwhile. */
export function endAction(at: number, visit: Visit, succeeded: boolean): boolean {
  return guarded(at, visit.woken, () => {
    if (load(words, at + B_PHASE) !== mine || words[at + B_ROUND] !== visit.round) return false;
    if (succeeded) open(at, visit.woken);
    else breakUp(at, visit.woken);
    return true;
  });
}

export function resetBarrier(at: number): void {
  const woken: number[] = [];
  guarded(at, woken, () => startOver(at, woken));
}

export function breakBarrier(at: number): void {
  const woken: number[] = [];
  guarded(at, woken, () => breakUp(at, woken));
}

/** In a round that fills, all who have arrived stand in line. If one is missing, he is dead, and it can't get full. */
function breakIfIncomplete(at: number, woken: number[]): void {
  if (load(words, at + B_PHASE) !== FILLING) return;
  if (countWaiting(at + B_QUEUE) !== words[at + B_COUNT]) breakUp(at, woken);
}

function lookAfterDeath(at: number): void {
  const woken: number[] = [];
  guarded(at, woken, () => breakIfIncomplete(at, woken));
}

/** Under the guard of a thread that was killed: finishes what it began. The supervisor tells whom it settles. */
function mend(at: number): void {
  const phase = load(words, at + B_PHASE);
  if (phase === OPENING) open(at, []);
  else if (phase === EMPTYING) startOver(at, []);
  else if (phase === BROKEN) breakUp(at, []);
  else breakIfIncomplete(at, []);
}

function breakOwned(at: number, ident: number): void {
  if (actorOf(load(words, at + B_PHASE)) !== ident) return;
  const woken: number[] = [];
  guarded(at, woken, () => {
    if (actorOf(load(words, at + B_PHASE)) === ident) breakUp(at, woken);
  });
}

defineRobust(Kind.Barrier, {
  queue: B_QUEUE,
  mend,
  breakOwned,
  abandoned: lookAfterDeath,
  passOn: lookAfterDeath,
});
