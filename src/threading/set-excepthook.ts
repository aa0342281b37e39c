/** The public face of the excepthook. */
import { describe, typeError } from "../errors/errors.ts";
import { type Hook, install } from "./excepthook.ts";
import { openMailbox } from "./mail.ts";
import type { Thread } from "./thread.ts";

/** Gets an error that nobody caught, and the thread that it ended. */
export type Excepthook = (info: { error: unknown; thread: Thread }) => void;

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
  openMailbox();
  install(newHook as Hook | undefined);
}
