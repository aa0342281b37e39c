/** Errors that belong to no future: of done-callbacks. They go to the hook and end nothing. */
import { reportOnly } from "../threading/excepthook.ts";
import { packThrown } from "../threading/message.ts";
import { currentBlock } from "../threading/registry.ts";
import { threadAt } from "../threading/thread.ts";

/** Calls a done-callback. What it throws, or its promise rejects with, is reported as an error of the calling thread. */
export function callCallback<F>(fn: (future: F) => unknown, future: F): void {
  try {
    const returned = fn(future);
    if (returned instanceof Promise) returned.catch(reportStray);
  } catch (error) {
    reportStray(error);
  }
}

function reportStray(error: unknown): void {
  reportOnly(currentBlock(), error, "a callback of a future, thread", packThrown, threadAt);
}
