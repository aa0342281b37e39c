/** What a thread is made of, and the checks of it: everything wrong is refused before anything changes. */
import { add } from "#atomics";
import { describe, typeError } from "../errors/errors.ts";
import type { ResourceLimits } from "../host/host.ts";
import { words } from "../memory/arena.ts";
import { H_NAME_COUNT } from "../memory/layout.ts";
import { checkOptions } from "../parking/deadline.ts";
import type { NeedsArgs, Sendable } from "../transfer/sendable.ts";
import { checkLimits } from "./limits.ts";

/** What a thread is made of. `args` may be left out if `target` needs none. */
export type ThreadOptions<A extends readonly unknown[]> = ThreadSettings<A> &
  (NeedsArgs<A> extends true ? ArgsOfTarget : unknown);

/** `target` has parameters: they need `args`. */
export interface ArgsOfTarget {
  /** The arguments of `target`. */
  args: unknown;
}

/** What a thread is made of; see `ThreadOptions`. */
export interface ThreadSettings<A extends readonly unknown[]> {
  /** What the thread runs; may be async: the thread ends when its promise settles. */
  target?: (...args: A) => unknown;
  /** The arguments of `target`. */
  args?: Sendable<readonly [...A]>;
  /** Default: "Thread-N (target name)". */
  name?: string;
  /** Default: that of the creating thread. The process does not wait for daemons. */
  daemon?: boolean;
  /** Limits of the JavaScript heap; such a thread gets a worker of its own. */
  resourceLimits?: ResourceLimits;
}

export function checkThreadOptions<A extends readonly unknown[]>(options: unknown): ThreadSettings<A> {
  const checked = checkOptions(options, "make a thread") as ThreadSettings<A>;
  const { target, args, name, daemon, resourceLimits } = checked;
  const refuse = (what: string, value: unknown, want: string) =>
    typeError("INVALID_OPTIONS", `cannot make a thread: ${what} is ${describe(value)}. Give ${want}.`);
  if (target !== undefined && typeof target !== "function") throw refuse("target", target, "a function");
  if (args !== undefined && !Array.isArray(args))
    throw refuse("args", args, "an array with the arguments of target");
  if (name !== undefined && name !== null && typeof name !== "string") throw refuse("name", name, "a string");
  if (daemon !== undefined && typeof daemon !== "boolean") throw refuse("daemon", daemon, "true or false");
  checkLimits(resourceLimits, "make a thread");
  return checked;
}

/** "Thread-N (target name)". */
export function automaticName(target: ((...args: never[]) => unknown) | undefined): string {
  const number = add(words, H_NAME_COUNT, 1) + 1;
  return target?.name ? `Thread-${number} (${target.name})` : `Thread-${number}`;
}
