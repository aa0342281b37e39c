/** Functions and classes coming in: built by a `FunctionBuilder`, cycles tied when the classes in them exist. */

import type { FunctionBuilder, Reference, Shell, Unit } from "./boundary.ts";
import * as codec from "./codec.ts";
import { readShape } from "./decode-container.ts";
import { PENDING } from "./pending.ts";
import { corrupt } from "./reader.ts";
import type { Unwalk } from "./unwalk.ts";

/** A captured binding whose class did not exist when the captures were read. */
interface Missing {
  readonly index: number;
  readonly number: number;
}

/** A function under construction. */
interface Build {
  readonly number: number;
  readonly unit: Unit;
  readonly captures: unknown[];
  readonly missing: readonly Missing[];
  shell: Shell;
}

export function readFunction(walk: Unwalk): unknown {
  const builder = builderOf(walk);
  const number = walk.reserve();
  const unit = readUnit(walk);
  const shell = builder.begin(unit);
  if (shell.value === undefined) walk.pendings.announce(number);
  else walk.refs[number] = shell.value;
  const { captures, missing } = walk.drain(() => readCaptures(walk));
  finish(walk, { number, unit, captures, missing, shell });
  readOwn(walk, number);
  if (walk.refs[number] !== undefined) return walk.refs[number];
  walk.pendings.last = number;
  return PENDING;
}

function readCaptures(walk: Unwalk): { captures: unknown[]; missing: Missing[] } {
  const captures: unknown[] = new Array(walk.count());
  const missing: Missing[] = [];
  for (let index = 0; index < captures.length; index++) {
    captures[index] = walk.visit();
    if (captures[index] !== PENDING) continue;
    captures[index] = undefined;
    missing.push({ index, number: walk.pendings.last });
  }
  return { captures, missing };
}

/**
 * Builds with what is there. A class that fails because it needs a missing one while it is defined (it extends
 * it, or a static field uses it) waits for that class, with a fresh shell; otherwise the binding is set late.
 */
function finish(walk: Unwalk, build: Build): void {
  const { missing, number, captures } = build;
  // While it waited for one class, others that it needs may have come.
  for (const each of missing) captures[each.index] ??= walk.refs[each.number];
  const absent = missing.filter((each) => captures[each.index] === undefined);
  let value: unknown;
  try {
    value = build.shell.finish(captures);
  } catch (error) {
    if (absent.length === 0) throw error;
    build.shell = builderOf(walk).begin(build.unit);
    walk.pendings.noteFor(absent[0].number, (built) => {
      for (const each of absent) if (each.number === absent[0].number) captures[each.index] = built;
      finish(walk, build);
    });
    return;
  }
  for (const { index, number: awaited } of absent) {
    if (awaited === number) build.shell.set(index, value);
    else walk.pendings.noteFor(awaited, (built) => build.shell.set(index, built));
  }
  walk.refs[number] = value;
  walk.pendings.settle(number, value);
}

/** What users set on a function, and the current static fields of a class, which may mention it. */
function readOwn(walk: Unwalk, number: number): void {
  const count = walk.count();
  for (let i = 0; i < count; i++) {
    const key = walk.key();
    const value = walk.visit();
    const awaited = walk.pendings.last;
    const put = (fn: unknown) => {
      if (value === PENDING && walk.refs[awaited] === undefined) {
        walk.pendings.noteFor(awaited, (built) => define(fn as object, key, built));
      } else define(fn as object, key, value === PENDING ? walk.refs[awaited] : value);
    };
    if (walk.refs[number] === undefined) walk.pendings.noteFor(number, put);
    else put(walk.refs[number]);
  }
}

/** A field that is there already keeps its attributes. */
function define(fn: object, key: string, value: unknown): void {
  const there = Object.getOwnPropertyDescriptor(fn, key);
  const fresh = { value, writable: true, enumerable: true, configurable: true };
  Reflect.defineProperty(fn, key, there && "value" in there ? { value } : fresh);
}

function readUnit(walk: Unwalk): Unit {
  const index = walk.varint();
  if (index < walk.units.length) return walk.units[index];
  if (index !== walk.units.length) throw corrupt("it names code that is not there");
  const unit = readData(walk) as Unit;
  if (typeof unit?.text !== "string" || !Array.isArray(unit.names)) throw corrupt("code in it has no text");
  walk.units.push(unit);
  return unit;
}

export function readReference(walk: Unwalk): unknown {
  const builder = builderOf(walk);
  const number = walk.reserve();
  const reference = readData(walk) as Reference;
  if (typeof reference?.type !== "string") throw corrupt("it has a reference of no kind");
  return (walk.refs[number] = builder.resolve(reference));
}

/** Trees of plain data: units and references. */
function readData(walk: Unwalk): unknown {
  const tag = walk.bytes[walk.pos];
  if (tag === codec.ARRAY) {
    walk.pos++;
    const items: unknown[] = [];
    for (let i = walk.count(); i > 0; i--) items.push(readData(walk));
    return items;
  }
  if (tag !== codec.OBJECT) return walk.visit();
  walk.pos++;
  const object: Record<string, unknown> = {};
  for (const key of readShape(walk)) object[key] = readData(walk);
  return object;
}

function builderOf(walk: Unwalk): FunctionBuilder {
  const { builder } = walk.options;
  if (builder === undefined) throw corrupt("it holds code, and this receiver takes data only");
  return builder;
}
