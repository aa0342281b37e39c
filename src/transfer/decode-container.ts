/** The contents of objects, arrays, maps and sets coming in. */

import * as codec from "./codec.ts";
import { PENDING, type Pendings } from "./pending.ts";
import { corrupt } from "./reader.ts";
import type { Unwalk } from "./unwalk.ts";

export function readContents(walk: Unwalk, form: number, value: object): void {
  if (form === codec.FORM_OBJECT) readFields(walk, value as Record<string, unknown>);
  else if (form === codec.FORM_ARRAY) readArray(walk, value as unknown[]);
  else if (form === codec.FORM_MAP) readMap(walk, value as Map<unknown, unknown>);
  else readSet(walk, value as Set<unknown>);
}

function readFields(walk: Unwalk, object: Record<string, unknown>): void {
  const keys = readShape(walk);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    const value = walk.visit();
    if (value === PENDING) walk.pendings.note((built) => assign(object, key, built));
    assign(object, key, value === PENDING ? undefined : value);
  }
}

/** A key list: by number, and in full the first time. */
export function readShape(walk: Unwalk): string[] {
  const shape = walk.varint();
  if (shape < walk.shapes.length) return walk.shapes[shape];
  if (shape !== walk.shapes.length) walk.unknown("shape");
  const keys = new Array<string>(walk.count());
  for (let i = 0; i < keys.length; i++) keys[i] = walk.key();
  walk.shapes.push(keys);
  return keys;
}

function readArray(walk: Unwalk, array: unknown[]): void {
  const head = walk.varint();
  const length = Math.floor(head / 2);
  if (length > 0xffff_ffff) throw corrupt("an array in it is too long");
  if (head % 2 === 1) readSparse(walk, array, length);
  else readDense(walk, array, length);
}

function readDense(walk: Unwalk, array: unknown[], length: number): void {
  if (length > walk.end - walk.pos) throw corrupt("it promises more than it holds");
  for (let i = 0; i < length; i++) {
    const value = walk.visit();
    if (value === PENDING) walk.pendings.note((built) => (array[i] = built));
    array.push(value === PENDING ? undefined : value);
  }
}

function readSparse(walk: Unwalk, array: unknown[], length: number): void {
  array.length = length;
  const count = walk.count();
  for (let i = 0; i < count; i++) {
    const key = walk.visit();
    if (typeof key !== "number" && typeof key !== "string") walk.unknown("key");
    if (typeof key === "number" && !(key >= 0 && key < length)) walk.unknown("index");
    const value = walk.visit();
    if (value === PENDING) walk.pendings.note((built) => assign(array as never, key as string, built));
    assign(array as never, key as string, value === PENDING ? undefined : value);
  }
}

function readMap(walk: Unwalk, map: Map<unknown, unknown>): void {
  const count = walk.count();
  const mention = new Mention((entries: [unknown, unknown][]) => {
    map.clear();
    for (const [key, value] of entries) map.set(key, value);
  });
  for (let i = 0; i < count; i++) {
    const entry: [unknown, unknown] = [undefined, undefined];
    for (const side of [0, 1] as const) {
      entry[side] = walk.visit();
      if (entry[side] === PENDING) mention.note(walk.pendings, (built) => (entry[side] = built));
    }
    mention.entries.push(entry);
    map.set(entry[0], entry[1]);
  }
}

function readSet(walk: Unwalk, set: Set<unknown>): void {
  const count = walk.count();
  const mention = new Mention((entries: unknown[]) => {
    set.clear();
    for (const item of entries) set.add(item);
  });
  for (let i = 0; i < count; i++) {
    const item = walk.visit();
    if (item === PENDING) mention.note(walk.pendings, (built) => (mention.entries[i] = built));
    mention.entries.push(item);
    set.add(item);
  }
}

/** A collection that mentions a class: filled again when the class exists, so that the order holds. */
class Mention<T> {
  readonly entries: T[] = [];
  readonly #fill: (entries: T[]) => void;

  constructor(fill: (entries: T[]) => void) {
    this.#fill = fill;
  }

  note(pendings: Pendings, put: (built: unknown) => void): void {
    pendings.note((built) => {
      put(built);
      this.#fill(this.entries);
    });
  }
}

export function newContainer(form: number): object {
  if (form === codec.FORM_OBJECT) return {};
  if (form === codec.FORM_ARRAY) return [];
  return form === codec.FORM_MAP ? new Map() : new Set();
}

/** A field named `__proto__` stays a field. */
function assign(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== "__proto__") object[key] = value;
  else Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}
