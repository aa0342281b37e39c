/**
 * Seats of a pool, one for each worker that it may have: the ident of the worker, or minus that of its starter.
 *
 * Behind the seats stands a word for each: in how many waits for tasks of this pool its worker is blocked, or minus
 * the ident of its starter, as long as it has not come to its first task. From these the supervisor knows what a dead
 * one leaves.
 */
import { add, compareExchange, load, store, sub } from "#atomics";
import { cover, words } from "../memory/arena.ts";
import { ident } from "../parking/realm.ts";
import { EXTRA_SEATS, P_BLOCKED, P_MAX, P_SEATS, P_TASKS, P_WORKERS } from "./pool-words.ts";

/** A free seat, taken for a worker that the calling thread is about to start; 0: all are taken. */
export function takeSeat(pool: number): number {
  if (!mayGrow(pool)) return 0;
  for (let seat = firstSeat(pool), end = endOfSeats(pool); seat < end; seat++) {
    if (load(words, seat) !== 0 || compareExchange(words, seat, 0, -ident) !== 0) continue;
    add(words, pool + P_WORKERS, 1);
    setDuty(pool, seat, -ident);
    return seat;
  }
  return 0;
}

/** May it have one more worker? */
function mayGrow(pool: number): boolean {
  return load(cover(pool), pool + P_WORKERS) < words[pool + P_MAX] + load(words, pool + P_BLOCKED);
}

/** Has it more tasks, with `more` to come, than workers, and may have one more? Who has settled its task is free, and about to look for another. */
export function isShort(pool: number, more = 0): boolean {
  return load(cover(pool), pool + P_TASKS) + more > load(words, pool + P_WORKERS) && mayGrow(pool);
}

/** Has it more workers than it needs, as one that was blocked goes on? */
export function isCrowded(pool: number): boolean {
  return load(words, pool + P_WORKERS) > words[pool + P_MAX] + load(words, pool + P_BLOCKED);
}

function firstSeat(pool: number): number {
  return words[pool + P_SEATS];
}

function endOfSeats(pool: number): number {
  const end = words[pool + P_SEATS] + words[pool + P_MAX] + EXTRA_SEATS;
  dutyOf(pool, end - 1);
  return end;
}

/** Of a seat, which `words` then covers, too: to be called before `words` is read. */
function dutyOf(pool: number, seat: number): number {
  const duty = seat + words[pool + P_MAX] + EXTRA_SEATS;
  cover(duty);
  return duty;
}

function setDuty(pool: number, seat: number, value: number): void {
  const duty = dutyOf(pool, seat);
  store(words, duty, value);
}

/** Its worker has initialized itself. */
export function ready(pool: number, seat: number): void {
  setDuty(pool, seat, 0);
}

/** Its worker is blocked by a task of this pool. */
export function beginBlocked(pool: number, seat: number): void {
  const duty = dutyOf(pool, seat);
  add(words, duty, 1);
  add(words, pool + P_BLOCKED, 1);
}

export function endBlocked(pool: number, seat: number): void {
  const duty = dutyOf(pool, seat);
  sub(words, duty, 1);
  sub(words, pool + P_BLOCKED, 1);
}

/** The seat that the calling thread has taken is this worker's, which may be itself. */
export function seatWorker(seat: number, worker: number): void {
  compareExchange(cover(seat), seat, -ident, worker);
}

/** Frees a seat of `holder`, once. */
export function leaveSeat(pool: number, seat: number, holder: number): boolean {
  if (compareExchange(cover(seat), seat, holder, 0) !== holder) return false;
  sub(words, pool + P_WORKERS, 1);
  return true;
}

/** What became of the seats of a dead thread. */
const NO_SEAT = 0;
const LEFT_SEAT = 1;
/** It died before its first task. */
export const NEVER_READY = 2;
type Left = typeof NO_SEAT | typeof LEFT_SEAT | typeof NEVER_READY;

/**
 * `thread` died: its seat, and seats that it had taken for others, are free. `isListed` tells whether a worker that it
 * had given an ident was started: that one lives, or is seen to for itself.
 */
export function clearSeats(pool: number, thread: number, isListed: (worker: number) => boolean): Left {
  if (cover(pool)[pool + P_SEATS] === 0) return NO_SEAT;
  let found: Left = NO_SEAT;
  for (let seat = firstSeat(pool), end = endOfSeats(pool); seat < end; seat++) {
    const place = dutyOf(pool, seat);
    const holder = load(words, seat);
    const duty = load(words, place);
    const unborn = holder > 0 && duty === -thread && !isListed(holder);
    if (holder === 0 || (holder !== thread && holder !== -thread && !unborn)) continue;
    store(words, place, 0);
    if (duty > 0) sub(words, pool + P_BLOCKED, duty);
    leaveSeat(pool, seat, holder);
    found = holder === thread && duty < 0 ? NEVER_READY : LEFT_SEAT;
  }
  return found;
}
