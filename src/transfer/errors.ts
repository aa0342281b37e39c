/** Errors between threads: what was thrown, whatever it is, and who asked. */

import { describe, ThreadkitError } from "../errors/errors.ts";
import { type Encoded, type EncodeOptions, encode } from "./encode.ts";
import { placeholder } from "./refusals.ts";

export { registerErrorClass } from "./error-classes.ts";

/** Fields of a thrown object that the error standing for it has of its own. */
const TAKEN = ["name", "message", "stack", "code", "cause", "__proto__"];

/**
 * Writes what a thread threw. Never throws: a value that cannot cross becomes an error that says what it was
 * (`code` `THROWN_VALUE`), with those of its fields that can. Does not block.
 */
export function encodeThrown(thrown: unknown, options: EncodeOptions): Encoded {
  const attempts = [() => thrown, () => standIn(thrown), () => standIn(undefined, describe(thrown))];
  for (const value of attempts) {
    try {
      return encode(value(), options);
    } catch {
      // The next stand-in holds less.
    }
  }
  return encode(describe(thrown), { label: options.label, shared: { offsetOf: () => undefined } });
}

/** An error in place of a thrown value that cannot cross. */
function standIn(thrown: unknown, what = describe(thrown)): Error {
  const error = new ThreadkitError(
    "THROWN_VALUE",
    `cannot carry over what the thread threw: it is ${what}. Throw an Error with the data as its fields.`,
  );
  if (thrown === null || typeof thrown !== "object") return error;
  for (const key of Object.keys(thrown)) {
    if (!TAKEN.includes(key)) Object.assign(error, { [key]: read(thrown, key) });
  }
  return error;
}

function read(object: object, key: string): unknown {
  try {
    return (object as Record<string, unknown>)[key];
  } catch (error) {
    return placeholder(error);
  }
}

const ASKED_BY = "\n    -- asked by --\n";
const asked = new WeakSet<object>();

/**
 * Appends the stack of the thread that asked for the result, once an error object. Anything but an error with a
 * stack stays as it is. Does not block.
 *
 * @param where a stack of the asking side; a heading line (`Error: …`) is left out
 */
export function appendStack(error: unknown, where: string): void {
  if (error === null || typeof error !== "object" || asked.has(error)) return;
  const stack = read(error, "stack");
  if (typeof stack !== "string") return;
  asked.add(error);
  const frames = where.split("\n").filter((line) => /^\s+at /.test(line));
  const value = stack + ASKED_BY + (frames.length > 0 ? frames.join("\n") : where);
  Reflect.defineProperty(error, "stack", { value, writable: true, configurable: true, enumerable: false });
}
