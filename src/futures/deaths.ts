/** What a task's future says when the thread that ran it is gone. */
import { WorkerDiedError } from "../errors/errors.ts";
import { packThrown } from "../threading/message.ts";

export function packDeath(thread: number): number {
  const error = new WorkerDiedError(
    `cannot finish the task: the thread that ran it (ident ${thread}) died. Most likely its memory ran out, or it called process.exit or was terminated; submit the task again if it may run twice.`,
  );
  error.stack = `${error.name}: ${error.message}`; // ours would say nothing about the dead thread
  return packThrown(error);
}
