/** Killing a thread from any other: the realm that owns its worker is asked to. */
import { load, or } from "#atomics";
import { diesSlowly, exitThread, stopsRunning } from "#host";
import { RuntimeError } from "../errors/errors.ts";
import { retain } from "../memory/allocator.ts";
import { cover, words } from "../memory/arena.ts";
import { H_MAIN_REALM } from "../memory/layout.ts";
import {
  BLOCKED,
  NEW,
  R_PARENT,
  R_URGENT,
  T_FLAGS,
  T_REALM,
  T_STATE,
  TERMINATED,
} from "../parking/layout.ts";
import { here } from "../parking/realm.ts";
import { killCarrier } from "./carriers.ts";
import { postMail } from "./post.ts";
import { ENDING, IS_MAIN, KILLED, MAIL_TERMINATE } from "./states.ts";
import { askSupervisor, isMainRealm } from "./watch.ts";

/** @returns false if the thread is not alive, or ends by itself right now */
export function kill(at: number): boolean {
  const state = load(words, at + T_STATE);
  if (words[at + T_FLAGS] & IS_MAIN) {
    throw new RuntimeError(
      "MAIN_THREAD",
      "cannot terminate the main thread: it is the process. Call process.exit().",
    );
  }
  if (state === NEW || state === TERMINATED) return false;
  // From here the worker will not be used again: its end sees KILLED. After ENDING it may serve another already.
  if (or(words, at + T_FLAGS, KILLED) & ENDING) return false;
  const realm = words[at + T_REALM];
  if (realm === here()) exitThread();
  // The supervisor is told in any case: it may not have started the worker yet, and it is the one to notice if the
  // worker dies before it holds the port whose close would tell.
  retain(at);
  askSupervisor({ kill: at });
  if (diesSlowly() && realm !== 0) tell(realm, at);
  endWorker(at, true);
  return true;
}

/** Mail for `realm`, which comes with a reference: end this thread, or its worker. */
function tell(realm: number, thread: number): void {
  retain(thread);
  postMail(realm, R_URGENT, MAIL_TERMINATE, thread);
}

/**
 * Where the engine does not stop code that runs, the thread ends itself when it reads this mail: out of the wait that it
 * is in, or at its next one. @returns false if its worker is to be ended all the same: it may be in its event loop
 */
function askToEnd(thread: number, realm: number, first: boolean): boolean {
  tell(realm, thread);
  return first || load(words, thread + T_STATE) === BLOCKED;
}

/**
 * Ends the worker of a killed thread, or has main end it. Again and again until the thread is over: the engine can lose
 * a termination that reaches it inside of a native call which catches exceptions (the inspector's, at a capture).
 */
export function endWorker(thread: number, first = false): void {
  const realm = cover(thread)[thread + T_REALM];
  // While the thread is not over, its realm is no other's: it was killed before it let go of it.
  if (realm === 0 || load(words, thread + T_STATE) === TERMINATED) return;
  if (!stopsRunning() && askToEnd(thread, realm, first)) return;
  if (killCarrier(realm) || isMainRealm() || cover(realm)[realm + R_PARENT] !== 0) return;
  tell(words[H_MAIN_REALM], thread);
}
