/** Error classes that every realm of this library has: they cross by name. */

import * as library from "../errors/errors.ts";

type ErrorClass = abstract new (...args: never[]) => Error;

const byName = new Map<string, ErrorClass>();
const byPrototype = new Map<object, string>();

/**
 * Makes errors of a class keep it when they cross. Call it where the class is defined, in a module that all
 * threads load; the name has to be unique. Does not block.
 */
export function registerErrorClass(cls: ErrorClass): void {
  byName.set(cls.name, cls);
  byPrototype.set(cls.prototype, cls.name);
}

/** Name under which errors with this prototype cross. */
export function registeredName(prototype: object): string | undefined {
  return byPrototype.get(prototype);
}

/** The class registered under a name. */
export function registeredClass(name: string): ErrorClass | undefined {
  return byName.get(name);
}

registerErrorClass(library.ThreadkitError);
registerErrorClass(library.RuntimeError);
registerErrorClass(library.BlockingError);
registerErrorClass(library.BrokenLockError);
registerErrorClass(library.CaptureError);
