/** What happens with an error that nobody caught in a thread. */
import { load, store } from "#atomics";
import { inspectError } from "#host";
import { describe, typeError } from "../errors/errors.ts";
import { retain } from "../memory/allocator.ts";
import { words } from "../memory/arena.ts";
import { H_HOOK_REALM } from "../memory/layout.ts";
import { R_INBOX } from "../parking/layout.ts";
import { listen } from "../parking/park-async.ts";
import { here } from "../parking/realm.ts";
import { writeOut } from "./output.ts";
import { postMail } from "./post.ts";
import { nameOf } from "./registry.ts";
import { MAIL_EXCEPTION } from "./states.ts";
import type { Thread } from "./thread.ts";

export type Excepthook = (info: { error: unknown; thread: Thread }) => void;

let hook: Excepthook | undefined;

/**
 * Sets what is called with an error that ended a thread of this process. The hook runs on the event loop of the
 * thread that set it, so it may set `process.exitCode`; `undefined` restores the default, which prints
 * "Exception in thread NAME:" and the stack to stderr in the thread that failed, at once. Does not block.
 *
 * @param newHook gets the error and the thread that it ended. If it throws, both errors are printed.
 * @throws TypeError (INVALID_ARGUMENT)
 *
 * @example
 * ```ts run
 * import { setExcepthook, Thread } from "threadkit";
 * setExcepthook(({ error, thread }) => console.log(thread.name, "failed:", (error as Error).message));
 * new Thread({ name: "worker", target: () => { throw new Error("no luck"); } }).start();
 * ```
 */
export function setExcepthook(newHook: Excepthook | undefined): void {
  if (newHook !== undefined && typeof newHook !== "function") {
    throw typeError(
      "INVALID_ARGUMENT",
      `cannot set the excepthook: it is ${describe(newHook)}. Give a function or undefined.`,
    );
  }
  const realm = here();
  hook = newHook;
  store(words, H_HOOK_REALM, newHook === undefined ? 0 : realm);
  if (newHook !== undefined) listen();
}

/** Forgets the hook of a thread that is over. */
export function dropHook(): void {
  if (hook === undefined) return;
  hook = undefined;
  if (words[H_HOOK_REALM] === here()) words[H_HOOK_REALM] = 0;
}

/** Reports that thread `at` ended with `error`, which stands encoded in its block too. */
export function report(at: number, error: unknown, toThread: (at: number) => Thread): void {
  const realm = load(words, H_HOOK_REALM);
  if (realm === 0) {
    print(at, error);
    return;
  }
  if (realm === here()) {
    call(at, error, toThread);
    return;
  }
  retain(at);
  postMail(realm, R_INBOX, MAIL_EXCEPTION, at);
}

/** Calls this realm's hook. */
export function call(at: number, error: unknown, toThread: (at: number) => Thread): void {
  if (hook === undefined) {
    print(at, error);
    return;
  }
  try {
    hook({ error, thread: toThread(at) });
  } catch (second) {
    print(at, error);
    writeOut(2, `The excepthook failed too:\n${inspectError(second)}\n`);
  }
}

function print(at: number, error: unknown): void {
  writeOut(2, `Exception in thread ${nameOf(at)}:\n${inspectError(error)}\n`);
}
