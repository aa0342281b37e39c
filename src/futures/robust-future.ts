/** What the supervisor does with a future after a thread was killed. */
import { release } from "../memory/allocator.ts";
import { words } from "../memory/arena.ts";
import { Kind } from "../memory/layout.ts";
import { isEmpty } from "../parking/queue.ts";
import { defineRobust } from "../parking/robust.ts";
import { packDeath } from "./deaths.ts";
import { sortNow } from "./pool.ts";
import { cancel, conclude, settle } from "./settle.ts";
import {
  CANCELLED,
  change,
  F_OWNER,
  F_PLACE,
  F_POOL,
  F_QUEUE,
  F_SLOT,
  FAILED,
  isBy,
  LEFT,
  LISTENED,
  OUT,
  PENDING,
  RUNNING,
  SETTLING,
  stateIn,
  wordOf,
} from "./words.ts";

/** `thread` died: what it ran fails, and what it settled is told again. */
function inherit(at: number, thread: number): void {
  const word = wordOf(at);
  const state = stateIn(word);
  if (state === PENDING || !isBy(word, thread)) return;
  const error = state < CANCELLED ? packDeath(thread) : 0;
  if (error === 0) {
    if (!isEmpty(at + F_QUEUE) || word & LISTENED || (word & LEFT) === 0) conclude(at, false);
  } else {
    // In the name of the dead: if telling is cut short, the next try finds it theirs, and tells the rest.
    if (state === SETTLING) change(at, SETTLING, RUNNING, thread);
    if (!settle(at, FAILED, error, false, thread)) release(error);
  }
  if (words[at + F_PLACE] === OUT) {
    words[at + F_PLACE] = 0;
    release(at); // the pool's reference
  }
}

/** Who submitted it is gone. */
function leaveOwner(at: number, realm: number): void {
  const word = wordOf(at);
  if (words[at + F_OWNER] !== realm) return;
  // 1. It was counted by its pool, but killed before it had put it in. If telling is cut short, the next try tells.
  const pool = words[at + F_POOL];
  const state = stateIn(word);
  if (pool !== 0 && state === PENDING && words[at + F_PLACE] === 0) {
    sortNow(pool);
    if (words[at + F_PLACE] === 0) cancel(at);
  }
  if (pool !== 0 && state === CANCELLED && (word & LEFT) === 0) conclude(at, false);
  // 2. The reference that no ledger lists.
  if (words[at + F_SLOT] <= 0) return;
  words[at + F_SLOT] = 0;
  release(at);
}

defineRobust(Kind.Future, { queue: F_QUEUE, breakOwned: inherit, realmGone: leaveOwner });
