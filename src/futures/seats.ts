/** Seats of a pool, one for each worker that it may have: the ident of the worker, or minus that of its starter. */
import { add, compareExchange, load, store, sub } from "#atomics";
import { cover, words } from "../memory/arena.ts";
import { ident } from "../parking/realm.ts";
import { EXTRA_SEATS, P_BLOCKED, P_MAX, P_SEATS, P_WORKERS } from "./pool-words.ts";

/** A free seat, taken for a worker that the calling thread is about to start; 0: all are taken. */
export function takeSeat(pool: number): number {
  if (!mayGrow(pool)) return 0;
  for (let seat = firstSeat(pool), end = endOfSeats(pool); seat < end; seat++) {
    if (load(words, seat) !== 0 || compareExchange(words, seat, 0, -ident) !== 0) continue;
    add(words, pool + P_WORKERS, 1);
    return seat;
  }
  return 0;
}

/** May it have one more worker? */
export function mayGrow(pool: number): boolean {
  return load(cover(pool), pool + P_WORKERS) < words[pool + P_MAX] + load(words, pool + P_BLOCKED);
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
  cover(end);
  return end;
}

/** The worker was started. If it is quick it may have left already: then the seat is not its starter's any more. */
export function seatWorker(seat: number, worker: number): void {
  compareExchange(words, seat, -ident, worker);
}

/** In a worker: its seat, which its starter may not have written yet. */
export function ownSeat(seat: number, worker: number): void {
  store(words, seat, worker);
}

/** Frees a seat of `holder`, once. */
export function leaveSeat(pool: number, seat: number, holder: number): boolean {
  if (compareExchange(words, seat, holder, 0) !== holder) return false;
  sub(words, pool + P_WORKERS, 1);
  return true;
}

/** `thread` died: its seat, and seats that it had taken for others, are free. True if there were any. */
export function clearSeats(pool: number, thread: number): boolean {
  if (cover(pool)[pool + P_SEATS] === 0) return false;
  let found = false;
  for (let seat = firstSeat(pool), end = endOfSeats(pool); seat < end; seat++)
    for (const holder of [thread, -thread]) found = leaveSeat(pool, seat, holder) || found;
  return found;
}
