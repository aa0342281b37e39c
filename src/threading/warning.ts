/**
 * Warnings that teach: of what is no error to the library, and hardly ever what was meant. Each is told once, at once
 * (the event loop may be blocked for good), and is switched off by its code as Node's own: `--disable-warning=CODE`.
 */
import { load, or } from "#atomics";
import { isWarningOff, servedByLoop } from "#host";
import { eachBlock, kindOf } from "../memory/allocator.ts";
import { words } from "../memory/arena.ts";
import { H_MAIN_REALM, H_SUPERVISOR_UP, isThread, Kind } from "../memory/layout.ts";
import { NEW, T_FLAGS, T_STATE } from "../parking/layout.ts";
import { afterParked } from "../parking/park.ts";
import { here, ident } from "../parking/realm.ts";
import { holderOf, QUEUE } from "../sync/mutex.ts";
import { writeOut } from "./output.ts";
import { nameOf } from "./registry.ts";
import { TRIED } from "./states.ts";
import { isSupervisorUp } from "./watch.ts";

/** Milliseconds: shorter waits are what scripts do all the time. */
const BLOCKED_LONG = 5_000;
/** Milliseconds: a section that is left by another thread is left by then. */
const WAITS_FOR_ITSELF = 2_000;
/** Milliseconds: a worker takes 30, and a hundred times as long on a machine with far too much to do. */
const NOT_BORN = 10_000;
/** Names in one warning. */
const MOST_NAMES = 3;

function warn(code: string, text: string): void {
  if (!isWarningOff(code)) writeOut(2, `(threadkit) [${code}] ThreadkitWarning: ${text}\n`);
}

/** Looks at waits of the calling thread that last. */
export function watchWaits(): void {
  watchMain();
  watchLocks();
  watchSupervisor();
}

/** Main blocks while servers and connections wait for its event loop. */
function watchMain(): void {
  afterParked(BLOCKED_LONG, () => {
    const waiting = here() === words[H_MAIN_REALM] ? servedByLoop() : [];
    if (waiting.length === 0) return;
    warn(
      "THREADKIT_BLOCKED_MAIN",
      `the main thread has been blocked for ${BLOCKED_LONG / 1000} s, and its servers and connections (${waiting.join(", ")}) wait meanwhile. ` +
        "Await the Async form of the call, or make the call in a Thread.",
    );
  });
}

/** Main waits, and no worker can start: who waits never hears of an end, and Node tells main nothing while it is blocked. */
function watchSupervisor(): void {
  afterParked(NOT_BORN, () => {
    if (here() !== words[H_MAIN_REALM] || words[H_SUPERVISOR_UP] === 0 || isSupervisorUp()) return;
    warn(
      "THREADKIT_NO_WORKERS",
      `the main thread has been blocked for ${NOT_BORN / 1000} s, and the worker that looks after threads has not begun yet. ` +
        "Most likely what --import, --require or NODE_OPTIONS load fails in workers, and with it every thread. " +
        "Await the Async form of the call to see the error.",
    );
  });
}

/** A thread waits for a lock that it holds itself, most likely across an await. */
function watchLocks(): void {
  afterParked(WAITS_FOR_ITSELF, (queue) => {
    const lock = queue - QUEUE;
    if (queue === 0 || kindOf(lock) !== Kind.Lock || holderOf(load(words, lock)) !== ident) return;
    warn(
      "THREADKIT_WAITS_FOR_ITSELF",
      "this thread waits for a Lock that it holds itself, so that only another thread can end the wait. " +
        "Was it held across an await, or taken twice? Use withAsync() for sections that await, and an RLock for those that nest.",
    );
  });
}

let unstarted = 0;

/** A thread was made in this realm. */
export function noteMade(): void {
  unstarted++;
}

/** Its `start()` was called: if that is refused, its caller has heard why. */
export function noteTried(at: number): void {
  if (or(words, at + T_FLAGS, TRIED) & TRIED) return;
  unstarted--;
}

/** The process ends: threads that were made and are still there, and that nobody ever started. */
export function warnOfUnstarted(): void {
  if (unstarted <= 0) return;
  const names: string[] = [];
  eachBlock((at, kind) => {
    if (isThread(kind) && words[at + T_STATE] === NEW && (words[at + T_FLAGS] & TRIED) === 0)
      names.push(nameOf(at));
  });
  if (names.length === 0) return;
  const shown = names.slice(0, MOST_NAMES).join(", ");
  const others = names.length - MOST_NAMES;
  const more = others > 0 ? ` and ${others} other${others > 1 ? "s" : ""}` : "";
  warn(
    "THREADKIT_NOT_STARTED",
    `${shown}${more}: made and never started, so that no target ran. Call start(), or don't make the thread.`,
  );
}
