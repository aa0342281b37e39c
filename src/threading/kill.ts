/** Killing a thread from any other: the realm that owns its worker is asked to. */
import { load, or } from "#atomics";
import { exitThread } from "#host";
import { RuntimeError } from "../errors/errors.ts";
import { retain } from "../memory/allocator.ts";
import { cover, words } from "../memory/arena.ts";
import { H_MAIN_REALM } from "../memory/layout.ts";
import { NEW, R_PARENT, R_URGENT, T_FLAGS, T_REALM, T_STATE, TERMINATED } from "../parking/layout.ts";
import { here } from "../parking/realm.ts";
import { killCarrier } from "./carriers.ts";
import { postMail } from "./post.ts";
import { ENDING, IS_MAIN, KILLED, MAIL_TERMINATE } from "./states.ts";
import { askSupervisor } from "./watch.ts";

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
  if (realm !== 0 && !killCarrier(realm) && cover(realm)[realm + R_PARENT] === 0) {
    postMail(words[H_MAIN_REALM], R_URGENT, MAIL_TERMINATE, realm);
  }
  return true;
}
