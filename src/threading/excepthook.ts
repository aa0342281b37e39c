/** What happens with an error that nobody caught in a thread. */
import { compareExchange, load, store } from "#atomics";
import { inspectError } from "#host";
import { release, retain } from "../memory/allocator.ts";
import { words } from "../memory/arena.ts";
import { H_EXITING, H_HOOK_REALM } from "../memory/layout.ts";
import { R_INBOX, T_EXCEPTION } from "../parking/layout.ts";
import { listen } from "../parking/park-async.ts";
import { here } from "../parking/realm.ts";
import { writeOut } from "./output.ts";
import { postMail } from "./post.ts";
import { nameOf } from "./registry.ts";
import { MAIL_EXCEPTION } from "./states.ts";

/** The public type, of which this file need not know the thread's class. */
export type Hook = (info: { error: unknown; thread: never }) => void;
type ToThread = (at: number) => object;

let hook: Hook | undefined;

/** Puts a hook in force, in this realm; undefined: the default. */
export function install(newHook: Hook | undefined): void {
  const realm = here();
  hook = newHook;
  store(words, H_HOOK_REALM, newHook === undefined ? 0 : realm);
  if (newHook !== undefined) listen();
}

/** Forgets the hook of a thread that is over. In one step: another thread may be putting its own in force. */
export function dropHook(): void {
  if (hook === undefined) return;
  hook = undefined;
  compareExchange(words, H_HOOK_REALM, here(), 0);
}

/** Reports that thread `at` ended with `error`, which stands encoded in its block too, unless there was no room. */
export function report(at: number, error: unknown, toThread: ToThread): void {
  reportOnly(at, error, "thread", () => 0, toThread);
}

/** Milliseconds in which a worker that was ended takes its own workers with it. */
const FALL = 50;

/** Who ends the worker in which the program runs, as test runners do, ends its daemons too: that is nobody's error. */
export function reportLater(thread: number, error: unknown, toThread: ToThread): void {
  retain(thread);
  setTimeout(() => {
    if (load(words, H_EXITING) === 0) report(thread, error, toThread);
    release(thread);
  }, FALL);
}

/**
 * Reports an error that ends nothing, in thread `at`.
 *
 * @param where what failed, as the default says it: "a callback of a future, thread"
 * @param pack makes a message of the error, for a hook in another realm
 */
export function reportOnly(
  at: number,
  error: unknown,
  where: string,
  pack: (error: unknown) => number,
  toThread: ToThread,
): void {
  const realm = load(words, H_HOOK_REALM);
  if (realm === here()) callHook(at, error, toThread, where);
  else if (realm === 0 || !mail(realm, at, () => pack(error))) print(at, error, where);
}

/** Sends an error to the realm with the hook. False: there is no room for it in shared memory. */
function mail(realm: number, at: number, pack: () => number): boolean {
  retain(at);
  let message = 0;
  try {
    message = pack();
    if (message !== 0 || words[at + T_EXCEPTION] !== 0) {
      postMail(realm, R_INBOX, MAIL_EXCEPTION, at, message);
      return true;
    }
  } catch {
    if (message !== 0) release(message);
  }
  release(at);
  return false;
}

/** Calls this realm's hook. */
export function callHook(at: number, error: unknown, toThread: ToThread, where = "thread"): void {
  if (hook === undefined) {
    print(at, error, where);
    return;
  }
  try {
    hook({ error, thread: toThread(at) as never });
  } catch (second) {
    print(at, error, where);
    writeOut(2, `The excepthook failed too:\n${inspectError(second)}\n`);
  }
}

function print(at: number, error: unknown, where: string): void {
  writeOut(2, `Exception in ${where} ${nameOf(at)}:\n${inspectError(error)}\n`);
}
