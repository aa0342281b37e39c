/** What a task's future says when the thread that ran it is gone. */
import { WorkerDiedError } from "../errors/errors.ts";
import { release } from "../memory/allocator.ts";
import { words } from "../memory/arena.ts";
import { R_THREAD, T_EXCEPTION, T_FLAGS, T_IDENT, T_REALM } from "../parking/layout.ts";
import { packThrown, unpack } from "../threading/message.ts";
import { liveBlocks, nameOf } from "../threading/registry.ts";
import { KILLED } from "../threading/states.ts";

interface Death {
  readonly name: string;
  /** What ended it, as far as it could say. */
  readonly cause: unknown;
  readonly wasTerminated: boolean;
  /** It had a worker: it did not die on its way to one. */
  readonly hadWorker: boolean;
}

/** Of a thread that is dead or dying, and still listed. */
export function deathOf(thread: number): Death | undefined {
  let found: Death | undefined;
  for (const at of liveBlocks()) {
    if (words[at + T_IDENT] === thread) {
      const realm = words[at + T_REALM];
      found = {
        name: nameOf(at),
        cause: causeOf(at),
        wasTerminated: (words[at + T_FLAGS] & KILLED) !== 0,
        hadWorker: realm !== 0 && words[realm + R_THREAD] === at,
      };
    }
    release(at);
  }
  return found;
}

function causeOf(at: number): unknown {
  try {
    return words[at + T_EXCEPTION] === 0 ? undefined : unpack(words[at + T_EXCEPTION]);
  } catch {
    return undefined; // its class is not loaded here
  }
}

export function packDeath(thread: number): number {
  const death = deathOf(thread);
  return packThrown(deathError("finish the task", death?.name ?? `the thread ${thread}`, death));
}

export function deathError(verb: string, name: string, death: Death | undefined): WorkerDiedError {
  const cause = death?.cause;
  const fact =
    cause !== undefined
      ? "was ended by an error outside of its tasks. Look at `cause`"
      : death?.wasTerminated
        ? "was terminated. Submit the task again if it may run twice"
        : "died without a word, most likely because its memory ran out. Raise resourceLimits, or hand over less data at a time";
  const error = new WorkerDiedError(
    `cannot ${verb}: ${name} ${fact}.`,
    cause === undefined ? undefined : { cause },
  );
  error.stack = `${error.name}: ${error.message}`; // ours would say nothing about the dead thread
  return error;
}
