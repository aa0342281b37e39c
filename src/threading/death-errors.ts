/** What a thread's `exception` is when nobody threw it. */
import { RuntimeError } from "../errors/errors.ts";
import { nameOf } from "./registry.ts";

/** Its starter died before a carrier had it. */
export function orphanError(thread: number): RuntimeError {
  return withoutStack(
    new RuntimeError(
      "THREAD_DIED",
      `cannot run ${nameOf(thread)}: the thread that called its start() died before it was handed over. Start it from a thread that lives.`,
    ),
  );
}

/** Its worker ended without a word. */
export function deathError(thread: number): RuntimeError {
  const error = new RuntimeError(
    "THREAD_DIED",
    `cannot go on with ${nameOf(thread)}: its worker ended without a word. Most likely its memory ran out: raise resourceLimits, or hand over less data at a time.`,
  );
  return withoutStack(error);
}

/** Our own stack would say nothing about the dead thread. */
function withoutStack(error: RuntimeError): RuntimeError {
  error.stack = `${error.name}: ${error.message}`;
  return error;
}
