/**
 * Errors. They never fail to cross: what cannot is described in its place, and a class that cannot becomes the
 * nearest built-in one, with the name kept. Private fields stay behind, as nothing can read them.
 */

import * as codec from "./codec.ts";
import { originOf, registeredName } from "./error-classes.ts";
import { constructorOf, isErrorPrototype, nearestError } from "./kinds.ts";
import { placeholder, TOO_DEEP } from "./refusals.ts";
import { STEP_KEY } from "./trail.ts";
import type { Walk } from "./walk.ts";

interface Field {
  readonly key: string;
  readonly value: unknown;
  readonly enumerable: boolean;
}

export function writeError(walk: Walk, error: object): void {
  if (walk.trail.depth > codec.DEEPEST) throw walk.refusal(TOO_DEEP);
  walk.register(error);
  walk.byte(codec.ERROR);
  const outer = walk.lenient;
  walk.lenient = true;
  const kept = writeClass(walk, error);
  walk.visit(Object.hasOwn(error, "message") || !kept ? text(error, "message") : undefined);
  walk.visit(text(error, "stack"));
  const fields = fieldsOf(error);
  if (!kept) addName(fields, error);
  walk.varint(fields.length);
  const step = walk.trail.enter(STEP_KEY);
  for (const { key, value, enumerable } of fields) {
    walk.string(key);
    walk.byte(enumerable ? 1 : 0);
    walk.trail.at[step] = key;
    walk.visit(value);
  }
  walk.trail.depth = step;
  walk.lenient = outer;
}

/** Writes the class; false if only the nearest built-in one could be. */
function writeClass(walk: Walk, error: object): boolean {
  const prototype = Object.getPrototypeOf(error) as object;
  const registered = registeredName(prototype);
  if (registered !== undefined) {
    walk.byte(codec.ERROR_REGISTERED);
    walk.string(registered);
    return true;
  }
  const constructor = constructorOf(prototype);
  const nearest = nearestError(error) ?? "Error";
  const exact = isErrorPrototype(prototype) || constructor?.name === nearest;
  if (nearest === "DOMException") {
    // Its name and message are internal: they go before it is made.
    walk.byte(codec.ERRORS.indexOf(nearest));
    walk.string(text(error, "name") ?? "Error");
    walk.string(text(error, "message") ?? "");
    return true;
  }
  if (!exact && walk.options.lifter && constructor?.prototype === prototype) {
    const refused = walk.attempt(() => {
      walk.lenient = false;
      walk.byte(codec.ERROR_CLASS);
      const step = walk.trail.enter(STEP_KEY);
      walk.trail.at[step] = "constructor";
      walk.drain(() => walk.visit(constructor));
      walk.trail.depth = step;
    });
    if (!refused) return true;
  }
  const number = codec.ERRORS.indexOf(nearest as (typeof codec.ERRORS)[number]);
  const origin = exact ? undefined : originOf(prototype, constructor);
  if (origin === undefined) {
    walk.byte(number);
    return exact;
  }
  walk.byte(codec.ERROR_TWIN);
  walk.byte(number);
  walk.string(origin);
  walk.string(text(error, "name") ?? nearest);
  return true;
}

/** Own fields, with `cause` and `errors`, which are not enumerable. Message and stack go by themselves. */
function fieldsOf(error: object): Field[] {
  const fields: Field[] = [];
  for (const key of Reflect.ownKeys(error)) {
    if (typeof key === "symbol" || key === "stack" || key === "message") continue;
    const descriptor = Object.getOwnPropertyDescriptor(error, key);
    if (descriptor === undefined) continue;
    fields.push({ key, value: read(error, key), enumerable: descriptor.enumerable === true });
  }
  return fields;
}

function addName(fields: Field[], error: object): void {
  const name = text(error, "name");
  if (name !== undefined && name !== nearestError(error) && !fields.some((field) => field.key === "name")) {
    fields.push({ key: "name", value: name, enumerable: false });
  }
}

function text(error: object, key: string): string | undefined {
  const value = read(error, key);
  return typeof value === "string" ? value : undefined;
}

function read(error: object, key: string): unknown {
  try {
    return (error as Record<string, unknown>)[key];
  } catch (thrown) {
    return placeholder(thrown);
  }
}
