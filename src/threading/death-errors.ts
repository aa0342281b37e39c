/** What a thread's `exception` is when nobody threw it. */
import { load } from "#atomics";
import { RuntimeError } from "../errors/errors.ts";
import { words } from "../memory/arena.ts";
import { BOOTED, R_BOOTED, T_REALM } from "../parking/layout.ts";
import { nameOf } from "./registry.ts";
import { takeUnborn } from "./unborn.ts";

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
  const realm = words[thread + T_REALM];
  if (realm !== 0 && (load(words, realm + R_BOOTED) & BOOTED) === 0) return unbornError(thread, realm);
  const error = new RuntimeError(
    "THREAD_DIED",
    `cannot go on with ${nameOf(thread)}: its worker ended without a word. Most likely its memory ran out: raise resourceLimits, or hand over less data at a time.`,
  );
  return withoutStack(error);
}

/** It never ran a line of ours. */
function unbornError(thread: number, realm: number): RuntimeError {
  const fact = `cannot run ${nameOf(thread)}: its worker ended before it could run anything`;
  const advice =
    "Look at what workers load first (--import, --require, NODE_OPTIONS; in a browser their file, and the page's Content-Security-Policy), or raise its resourceLimits";
  const cause = takeUnborn(realm);
  if (cause === undefined) return withoutStack(new RuntimeError("THREAD_DIED", `${fact}. ${advice}.`));
  const text = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  return withoutStack(new RuntimeError("THREAD_DIED", `${fact} (${text}). ${advice}.`, { cause }));
}

/** Our own stack would say nothing about the dead thread. */
function withoutStack(error: RuntimeError): RuntimeError {
  error.stack = `${error.name}: ${error.message}`;
  return error;
}
