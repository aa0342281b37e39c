/** Errors coming in: real errors (with V8's own slot), of their class, with the stack of the thread that threw. */

import * as codec from "./codec.ts";
import { classFrom, registeredClass } from "./error-classes.ts";
import { PENDING } from "./pending.ts";
import { corrupt } from "./reader.ts";
import type { Unwalk } from "./unwalk.ts";

export function readError(walk: Unwalk): Error {
  const kind = walk.byte();
  const error = kind === codec.ERRORS.indexOf("DOMException") ? domException(walk) : bare();
  walk.reserve(error);
  giveClass(walk, error, kind);
  text(walk, error, "message");
  text(walk, error, "stack");
  const count = walk.count();
  for (let i = 0; i < count; i++) {
    const key = walk.key();
    const enumerable = walk.byte() === 1;
    const value = walk.visit();
    if (value === PENDING) walk.pendings.note((built) => define(error, key, built, enumerable));
    define(error, key, value === PENDING ? undefined : value, enumerable);
  }
  return error;
}

/** `message` is own only where it was. */
function bare(): Error {
  const error = new Error();
  delete (error as { stack?: string }).stack;
  return error;
}

function domException(walk: Unwalk): Error {
  const name = walk.string();
  const message = walk.string();
  const DOMException = codec.builtin("DOMException") as unknown as new (
    message: string,
    name: string,
  ) => Error;
  return DOMException ? new DOMException(message, name) : Object.assign(new Error(message), { name });
}

function giveClass(walk: Unwalk, error: Error, kind: number): void {
  if (kind === codec.ERROR_CLASS) {
    const cls = walk.drain(() => walk.visit());
    if (cls === PENDING) walk.pendings.note((built) => become(error, built));
    else become(error, cls);
  } else if (kind === codec.ERROR_REGISTERED) {
    become(error, registeredClass(walk.string()) ?? Error);
  } else if (kind === codec.ERROR_TWIN) {
    const nearest = walk.byte();
    const cls = classFrom(walk.string());
    const name = walk.string();
    if (cls !== undefined) become(error, cls);
    else giveClass(walk, error, nearest);
    if (cls === undefined && error.name !== name) define(error, "name", name, false);
  } else {
    const name = codec.ERRORS[kind];
    if (name === undefined) throw corrupt(`there is no error of kind ${kind}`);
    if (name !== "DOMException") become(error, codec.builtin(name) ?? Error);
  }
}

function become(error: Error, cls: unknown): void {
  const prototype: unknown = typeof cls === "function" ? cls.prototype : undefined;
  if (prototype === null || typeof prototype !== "object")
    throw corrupt("the class of an error in it is no class");
  Object.setPrototypeOf(error, prototype);
}

function text(walk: Unwalk, error: Error, key: string): void {
  const value = walk.visit();
  if (typeof value === "string") define(error, key, value, false);
  else if (value !== undefined) throw corrupt(`the ${key} of an error in it is no text`);
}

function define(error: Error, key: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(error, key, { value, enumerable, writable: true, configurable: true });
}
