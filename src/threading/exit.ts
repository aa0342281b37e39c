/** Main holds the process while non-daemon threads live, wherever they were started. */
import { load, store } from "#atomics";
import { holdProcess, onExit, releaseProcess } from "#host";
import { cover, words } from "../memory/arena.ts";
import { H_EXITING, H_LIVE } from "../memory/layout.ts";
import { R_INBOX } from "../parking/layout.ts";
import { listen, onBell } from "../parking/park-async.ts";
import { here } from "../parking/realm.ts";
import { openMailbox } from "./mail.ts";
import { warnOfUnstarted } from "./warning.ts";
import { isMainRealm } from "./watch.ts";

let holding = false;
let ready = false;

/** In this order: what a thread tells comes before it counts no more. So its last words are read before main may end. */
function look(): void {
  const realm = here();
  const alive = load(words, H_LIVE) > 0 || load(cover(realm), realm + R_INBOX) !== 0;
  if (alive && !holding) holdProcess();
  if (!alive && holding) releaseProcess();
  holding = alive;
}

/** After a start: main looks at the count now and whenever its bell rings. */
export function holdForThreads(): void {
  if (!isMainRealm()) return;
  if (!ready) {
    ready = true;
    openMailbox();
    onBell(look);
  }
  heedExit();
  listen();
  look();
}

let heeding = false;

/** In main, once there is a thread: what must not be begun while the process ends can see that it does. */
export function heedExit(): void {
  if (heeding || !isMainRealm()) return;
  heeding = true;
  onExit((code) => {
    store(words, H_EXITING, 1);
    if (code === 0) warnOfUnstarted();
  });
}
