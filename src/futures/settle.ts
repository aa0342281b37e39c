/**
 * How a future gets its outcome, and who is told: those in its line, its owner's event loop, its pool.
 *
 * A thread may be killed between the step that makes the outcome and these; the supervisor then takes them again for
 * every future whose last change was by the dead, so each of them may be done twice.
 */
import { add } from "#atomics";
import { release, retain } from "../memory/allocator.ts";
import { cover, words } from "../memory/arena.ts";
import { R_BOOTED, R_INBOX, REAPED } from "../parking/layout.ts";
import { wakeAll } from "../parking/park.ts";
import { post } from "../parking/queue.ts";
import { ident } from "../parking/realm.ts";
import { drop } from "../shared/cell.ts";
import { postMail } from "../threading/post.ts";
import { MAIL_FUTURE } from "../threading/states.ts";
import { P_FAILED, P_FINISHED } from "./pool-words.ts";
import {
  AWAITED,
  CANCELLED,
  change,
  F_ARGS,
  F_CODE,
  F_OWNER,
  F_POOL,
  F_QUEUE,
  F_STATE,
  F_VALUE,
  type FAILED,
  FINISHED,
  flag,
  LEFT,
  LISTENED,
  PENDING,
  RUNNING,
  SETTLING,
  STOP,
  stateIn,
  wordOf,
} from "./words.ts";

/** Takes a future out of the tasks of its pool. */
let leavePool: (at: number, pool: number, outcome: number) => void = () => {};
export function onPoolLeft(handler: typeof leavePool): void {
  leavePool = handler;
}

/** Has the calling thread run it. False: somebody else does, or it is over. */
export function claim(at: number): boolean {
  return change(at, PENDING, RUNNING) !== -1;
}

/**
 * Settles it with a result (a cell) or an error (a message). False: it has an outcome already, and the cell is still
 * the caller's. `unlinked`: it stands in no list of its pool any more, as when the caller took it out to run it. `by`: on
 * whose behalf.
 */
export function settle(
  at: number,
  outcome: typeof FINISHED | typeof FAILED,
  cell: number,
  unlinked = false,
  by = ident,
): boolean {
  let begun = change(at, RUNNING, SETTLING, by) !== -1;
  if (!begun && change(at, PENDING, SETTLING, by) === -1) {
    // Once more: it may have been begun between the two.
    begun = change(at, RUNNING, SETTLING, by) !== -1;
    if (!begun) return false;
  }
  const pool = words[at + F_POOL];
  const count = pool + (outcome === FINISHED ? P_FINISHED : P_FAILED);
  cover(count);
  words[at + F_VALUE] = cell;
  // Who sees the outcome finds it counted. No call or loop between the two: only there a thread is killed.
  if (pool !== 0) add(words, count, 1);
  add(words, at + F_STATE, outcome - SETTLING);
  if (!begun) forgetTask(at);
  conclude(at, unlinked);
  return true;
}

/** Cancels it, if nobody has begun. */
export function cancel(at: number): boolean {
  if (change(at, PENDING, CANCELLED) === -1) return false;
  forgetTask(at);
  conclude(at, false);
  return true;
}

/** Cancelled if nobody has begun; else what runs can see that it was asked to end. False: it is over. */
export function requestStop(at: number): boolean {
  return cancel(at) || stateIn(flag(at, STOP)) < CANCELLED;
}

/** Tells everybody of an outcome; also for one who was killed before he had. Anyone who wanted to be told has set his flag in the word that now says it. */
export function conclude(at: number, unlinked: boolean): void {
  const word = wordOf(at);
  const pool = words[at + F_POOL];
  if (word & AWAITED) wakeAll(at + F_QUEUE);
  if (pool === 0) return;
  if (word & LISTENED) tellOwner(at, words[at + F_OWNER], unlinked);
  // Last: that the pool has tasks is what holds the process until its owner has heard.
  if ((word & LEFT) === 0) leavePool(at, pool, stateIn(word));
}

function tellOwner(at: number, owner: number, unlinked: boolean): void {
  if (cover(owner)[owner + R_BOOTED] & REAPED) return;
  retain(at);
  // Its link may be in use by the pool.
  if (unlinked) post(owner, R_INBOX, at);
  else postMail(owner, R_INBOX, MAIL_FUTURE, at);
}

/** Gives back what it would run. */
export function forgetTask(at: number): void {
  const code = words[at + F_CODE];
  const args = words[at + F_ARGS];
  words[at + F_CODE] = words[at + F_ARGS] = 0;
  if (code !== 0) release(code);
  drop(args);
}
