/**
 * Error classes that both sides have. Those of this library cross by name; a user's by their origin: the import or
 * the shipped text that the class came from.
 */

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

const twins = new Map<string, WeakRef<ErrorClass>>();
const origins = new WeakMap<object, string>();

/**
 * Notes where a class comes from, in the thread that has it and in the one that shipped it. A class keeps the origin
 * that it was first known by; of several classes of one origin the latest counts.
 */
export function rememberOrigin(origin: string, value: unknown): void {
  if (!isErrorClass(value)) return;
  if (!origins.has(value.prototype)) origins.set(value.prototype, origin);
  twins.set(origin, new WeakRef(value));
}

function isErrorClass(value: unknown): value is ErrorClass {
  return typeof value === "function" && (value as { prototype?: unknown }).prototype instanceof Error;
}

/** How to find what no shipped code has mentioned: an export of a module that such code imported. */
export interface OriginFinder {
  originOf(cls: unknown): string | undefined;
  classOf(origin: string): unknown;
}
let finder: OriginFinder | undefined;
export function setOriginFinder(find: OriginFinder): void {
  finder = find;
}

/** Where the class with this prototype comes from, if another thread can find it there. */
export function originOf(prototype: object, cls: unknown): string | undefined {
  const known = origins.get(prototype);
  if (known !== undefined || !isErrorClass(cls) || cls.prototype !== prototype) return known;
  const origin = finder?.originOf(cls);
  if (origin !== undefined) rememberOrigin(origin, cls);
  return origin;
}

/** This thread's class of that origin. */
export function classFrom(origin: string): ErrorClass | undefined {
  const known = twins.get(origin)?.deref();
  if (known !== undefined) return known;
  const found = finder?.classOf(origin);
  if (!isErrorClass(found)) return undefined;
  rememberOrigin(origin, found);
  return found;
}

// All of the library's own: none can be forgotten.
for (const cls of Object.values(library))
  if (cls === library.ThreadkitError || cls.prototype instanceof library.ThreadkitError)
    registerErrorClass(cls as ErrorClass);
