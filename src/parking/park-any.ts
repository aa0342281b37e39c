/** Blocking until one of several things has happened, each of which tells this realm through its inbox. */
import { load, store } from "#atomics";
import { cover, words } from "../memory/arena.ts";
import { BLOCKED, R_BELL, R_THREAD, RUNNING, T_STATE } from "./layout.ts";
import { checkBlocking, lookForUrgent, sleepStep } from "./park.ts";
import { drainInbox } from "./park-async.ts";
import { here } from "./realm.ts";

/**
 * Blocks until `done` (true) or the deadline (false). It is asked at first, and each time after the realm's bell has rung
 * and its inbox was read: what settles a promise there goes on when the event loop turns.
 */
export function parkUntil(done: () => boolean, deadline: number, what: string, twin: string): boolean {
  checkBlocking(what, twin);
  const realm = here();
  const thread = cover(realm)[realm + R_THREAD];
  if (thread !== 0) store(words, thread + T_STATE, BLOCKED);
  let waited = 0;
  try {
    for (;;) {
      const bell = load(words, realm + R_BELL);
      lookForUrgent(realm);
      drainInbox();
      if (done()) return true;
      const left = deadline - performance.now();
      if (left <= 0) return false;
      waited = sleepStep(realm + R_BELL, bell, left, waited);
    }
  } finally {
    if (thread !== 0) store(words, thread + T_STATE, RUNNING);
  }
}
