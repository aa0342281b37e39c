/** Reads this realm's mail: on its event loop's turn, and what is urgent even while it is parked. */
import { exchange } from "#atomics";
import { exitThread } from "#host";
import { kindOf, release } from "../memory/allocator.ts";
import { cover, words } from "../memory/arena.ts";
import { adopt } from "../memory/handle.ts";
import {
  M_ARG,
  M_ERROR,
  M_LINK,
  M_TYPE,
  R_THREAD,
  R_URGENT,
  T_EXCEPTION,
  T_REALM,
} from "../parking/layout.ts";
import { onUrgent } from "../parking/park.ts";
import { onBell, onMail } from "../parking/park-async.ts";
import { here } from "../parking/realm.ts";
import { callHook } from "./excepthook.ts";
import { endWorker } from "./kill.ts";
import { unpack } from "./message.ts";
import { MAIL_EXCEPTION, MAIL_FUTURE, MAIL_SUPERVISOR, MAIL_TERMINATE } from "./states.ts";
import { startSupervisor } from "./watch.ts";

function read(mail: number): void {
  const type = words[mail + M_TYPE];
  const arg = words[mail + M_ARG];
  if (type === MAIL_TERMINATE) {
    if (cover(arg)[arg + T_REALM] === here() && words[here() + R_THREAD] === arg) exitThread();
    endWorker(arg);
    release(arg);
  }
  if (type === MAIL_SUPERVISOR) startSupervisor();
  if (type === MAIL_EXCEPTION) {
    callHook(arg, unpack(words[mail + M_ERROR] || cover(arg)[arg + T_EXCEPTION]), (at) =>
      adopt(kindOf(at), at),
    );
    release(arg);
  }
  release(mail);
  if (type === MAIL_FUTURE) readFuture(arg);
}

let readFuture: (at: number) => void = release;
/** Who reads that a future has an outcome; it takes over a reference. */
export function onFuture(reader: (at: number) => void): void {
  readFuture = reader;
}

function readUrgent(): void {
  for (let mail = exchange(words, here() + R_URGENT, 0); mail !== 0; ) {
    const next = cover(mail)[mail + M_LINK];
    read(mail);
    mail = next;
  }
}

let open = false;
/** Opens the mailbox of this realm. */
export function openMailbox(): void {
  if (open) return;
  open = true;
  onMail(read);
  onUrgent(readUrgent);
  onBell(readUrgent);
}
