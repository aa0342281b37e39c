/** What models are made of. This file and the models are bundled with the sources and run in every model thread. */
import { add, load, store } from "#atomics";
import { words } from "../../src/memory/arena.ts";
import { defineKind, kAt, SharedObject } from "../../src/memory/handle.ts";
import type { Kind } from "../../src/memory/layout.ts";

export { arenaBuffer, attachArena } from "../../src/memory/arena.ts";
export { adopt, handleOf, kAt } from "../../src/memory/handle.ts";
export { createRealm, here, joinRealm, setIdent } from "../../src/parking/realm.ts";
export { robustOf } from "../../src/parking/robust.ts";

/** A few threads that share some objects, and what must hold when all are done. */
export interface Model<S extends Record<string, unknown> = Record<string, unknown>> {
  /** Makes what the threads share, once: shared objects, which each thread gets a handle of, and plain values. */
  share(): S;
  /** Run at once under the scheduler. They share words only; what they return goes to `after`. */
  threads: readonly ((shared: S) => unknown)[];
  /** Runs when all threads are done; throws what is wrong. */
  after?(shared: S, results: readonly unknown[]): void;
  /** Words of these objects may differ from those of the beginning when all is over. */
  changes?: readonly (keyof S)[];
  /** Words, by name, that are read without a guard on purpose, and why. */
  races?: Readonly<Record<string, string>>;
}

export function model<S extends Record<string, unknown>>(definition: Model<S>): Model {
  return definition as unknown as Model;
}

export function ok(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}

export function equal(found: unknown, expected: unknown, what: string): void {
  if (JSON.stringify(found) !== JSON.stringify(expected))
    throw new Error(`${what}: found ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`);
}

const CELL = 200 as Kind;

/** A word of a model's own. `get` and `set` are plain: threads that do so at once are reported as a race. */
export class Cell extends SharedObject {
  constructor() {
    super(CELL, 4);
  }
  get(): number {
    return words[this[kAt]];
  }
  set(value: number): void {
    words[this[kAt]] = value;
  }
  load(): number {
    return load(words, this[kAt]);
  }
  store(value: number): void {
    store(words, this[kAt], value);
  }
  /** The value before. */
  add(value: number): number {
    return add(words, this[kAt], value);
  }
}
defineKind(CELL, Cell);
