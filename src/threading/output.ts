/** Output of threads: at once, all of it, one thread's chunk after the other's. */
import { writeSome } from "#host";
import { words } from "../memory/arena.ts";
import { enter, leave } from "../memory/guard.ts";
import { H_OUTPUT_GUARD } from "../memory/layout.ts";
import { nap } from "../parking/park.ts";

/** Milliseconds to sleep when a pipe is full: a pipe is non-blocking as soon as there is a worker. */
const PIPE_FULL = 2;
const encoder = new TextEncoder();

export function writeOut(fd: 1 | 2, chunk: string | Uint8Array): void {
  const bytes = typeof chunk === "string" ? encoder.encode(chunk) : chunk;
  enter(words, H_OUTPUT_GUARD);
  try {
    for (let done = 0; done < bytes.length; ) {
      const written = writeSome(fd, bytes, done);
      if (written === 0) nap(PIPE_FULL);
      done += written;
    }
  } finally {
    leave(words, H_OUTPUT_GUARD);
  }
}
