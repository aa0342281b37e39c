/** What a thread is made of, and the checks of it: everything wrong is refused before anything changes. */
import { add } from "#atomics";
import { describe, rangeError, typeError } from "../errors/errors.ts";
import type { ResourceLimits } from "../host/host.ts";
import { words } from "../memory/arena.ts";
import { H_NAME_COUNT } from "../memory/layout.ts";
import { checkOptions } from "../parking/deadline.ts";

export interface ThreadOptions<A extends readonly unknown[]> {
  /** What the thread runs; may be async: the thread ends when its promise settles. */
  target?: (...args: A) => unknown;
  args?: A;
  /** Default: "Thread-N (target name)". */
  name?: string;
  /** Default: that of the creating thread. The process does not wait for daemons. */
  daemon?: boolean;
  /** Limits of the JavaScript heap; such a thread gets a worker of its own. */
  resourceLimits?: ResourceLimits;
}

export function checkThreadOptions<A extends readonly unknown[]>(options: unknown): ThreadOptions<A> {
  const checked = checkOptions(options, "make a thread") as ThreadOptions<A>;
  const { target, args, name, daemon, resourceLimits } = checked;
  const refuse = (what: string, value: unknown, want: string) =>
    typeError("INVALID_OPTIONS", `cannot make a thread: ${what} is ${describe(value)}. Give ${want}.`);
  if (target !== undefined && typeof target !== "function") throw refuse("target", target, "a function");
  if (args !== undefined && !Array.isArray(args))
    throw refuse("args", args, "an array with the arguments of target");
  if (name !== undefined && name !== null && typeof name !== "string") throw refuse("name", name, "a string");
  if (daemon !== undefined && typeof daemon !== "boolean") throw refuse("daemon", daemon, "true or false");
  if (resourceLimits !== undefined) checkLimits(resourceLimits);
  return checked;
}

const LIMITS = ["maxYoungGenerationSizeMb", "maxOldGenerationSizeMb", "codeRangeSizeMb", "stackSizeMb"];

function checkLimits(limits: unknown): void {
  if (typeof limits !== "object" || limits === null) {
    throw typeError(
      "INVALID_OPTIONS",
      `cannot make a thread: resourceLimits is ${describe(limits)}. Give an object with limits in MiB.`,
    );
  }
  for (const [key, value] of Object.entries(limits)) {
    if (!LIMITS.includes(key)) {
      throw typeError(
        "INVALID_OPTIONS",
        `cannot make a thread: resourceLimits.${key} is not known. Use ${LIMITS.join(", ")}.`,
      );
    }
    if (value !== undefined && !(typeof value === "number" && value > 0)) {
      throw rangeError(
        "INVALID_OPTIONS",
        `cannot make a thread: resourceLimits.${key} is ${describe(value)}. Give a number of MiB above 0.`,
      );
    }
  }
}

/** "Thread-N (target name)". */
export function automaticName(target: ((...args: never[]) => unknown) | undefined): string {
  const number = add(words, H_NAME_COUNT, 1) + 1;
  return target?.name ? `Thread-${number} (${target.name})` : `Thread-${number}`;
}
