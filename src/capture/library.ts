/** What this library exports crosses by name: a thread has it before any import. */
import { Symbolic } from "../transfer/boundary.ts";

let exports: Readonly<Record<string, unknown>> = {};
/** Made when first asked for, not at every start of a thread. */
let known: Map<unknown, Symbolic> | undefined;

/** Says what the library exports. */
export function knownExports(register: Readonly<Record<string, unknown>>): void {
  exports = register;
  known = undefined;
}

/** Is it a function or class of this library? */
export function isLibrary(value: unknown): boolean {
  return typeof value === "function" && exportedFunction(value) !== undefined;
}

export function libraryExport(name: string): unknown {
  return exports[name];
}

/** The reference for what this library exports. */
export function exportedFunction(fn: object): Symbolic | undefined {
  if (known === undefined) {
    known = new Map();
    for (const [name, value] of Object.entries(exports))
      if (typeof value === "function") known.set(value, new Symbolic({ type: "library", name }));
  }
  return known.get(fn);
}
