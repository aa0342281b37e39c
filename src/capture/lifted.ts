/**
 * Functions whose source a build tool or a loader hook has seen. The tool leaves, next to each, how to read what it
 * captures, and puts its code into a *slice*, a module that threads import. So no inspector is needed.
 *
 * In the place of the function:
 *
 *     import { lifted as $tk } from "threadkit/lifted";
 *     function $tkSlice() { return { url: "…/main-slice.js", units: [{ file: "src/main.ts", line: 10, … }] }; }
 *     pool.submit($tk((x) => dep(x) + opts.n, $tkSlice, 0, () => [opts], () => [dep]), 1)
 *
 * In the slice, `u` and the index of the unit:
 *
 *     import { dep } from "./dep.js";
 *     export const u0 = {
 *       make() { let opts; return [(x) => dep(x) + opts.n, (i, v) => { … }, (a) => { opts = a; }]; },
 *       imports: () => ({ get dep() { return dep; } }),
 *       makeWith($i) { let opts; return [(x) => (0, $i.dep)(x) + opts.n, …]; },
 *     };
 *
 * `makeWith` serves where an imported name holds a shared object, since a second import would make another one.
 *
 * This file is all that lifted code loads. The list of lifted functions hangs on the global object: an application may
 * have this file bundled, and the library beside it not.
 */

import type { LiftedUnit } from "../transfer/boundary.ts";

export type { LiftedUnit };

/** One slice. */
export interface LiftedModule {
  readonly url: string;
  readonly units: readonly LiftedUnit[];
}

/** One function, as `lifted` was told of it. */
export interface Lifted {
  readonly url: string;
  readonly index: number;
  readonly unit: LiftedUnit;
  /** Captured values as they are now; throws if one is not initialised. */
  readonly values: () => readonly unknown[];
  /** Imported values as they are now. */
  readonly imports: () => readonly unknown[];
}

type Entry = readonly [
  module: () => LiftedModule,
  index: number,
  values?: (() => readonly unknown[]) | null,
  imports?: () => readonly unknown[],
];

interface Register {
  readonly entries: WeakMap<object, Entry>;
  /** Classes of errors, by what all threads call them. */
  readonly classes: Map<string, WeakRef<object>>;
  readonly ids: WeakMap<object, string>;
}

const LIFTED = Symbol.for("threadkit.lifted");

/** Not enumerable: a thread's new globals are looked for by enumeration. */
function register(): Register {
  const there = Object.getOwnPropertyDescriptor(globalThis, LIFTED)?.value as Register | undefined;
  if (there) return there;
  const value: Register = { entries: new WeakMap(), classes: new Map(), ids: new WeakMap() };
  Object.defineProperty(globalThis, LIFTED, { value });
  return value;
}
const { entries, classes, ids } = register();

/** Notes how `fn` travels, and returns it. `values` null: it is another module's, which may have noted it better. */
export function lifted<T>(
  fn: T,
  module: () => LiftedModule,
  index: number,
  values?: (() => readonly unknown[]) | null,
  imports?: () => readonly unknown[],
): T {
  // Not for what is no function: a tool may have guessed wrong.
  if (typeof fn === "function" && (values !== null || !entries.has(fn)))
    entries.set(fn, [module, index, values, imports]);
  return fn;
}

const none = () => [];

/** How `fn` travels, if a tool has seen it. */
export function liftedFunction(fn: object): Lifted | undefined {
  const entry = entries.get(fn);
  if (entry === undefined) return undefined;
  const [module, index, values, imports = none] = entry;
  const { url, units } = module();
  return { url, index, unit: units[index], values: values ?? none, imports };
}

/**
 * Notes a class of errors that each thread has from the same module, so that its errors keep it when they cross. The first
 * counts: a slice that was built by itself brings a copy of the module, and the program's own is there before.
 */
export function named(cls: object, id: string): void {
  if (classes.get(id)?.deref() === undefined) classes.set(id, new WeakRef(cls));
  ids.set(cls, id);
}

export function idOfClass(cls: object): string | undefined {
  return ids.get(cls);
}

export function classNamed(id: string): object | undefined {
  return classes.get(id)?.deref();
}
