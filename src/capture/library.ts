/** What this library exports crosses by name: a thread has it before any import. */
import { loadPart, type Part } from "../memory/parts.ts";
import { Symbolic } from "../transfer/boundary.ts";

let exports: Readonly<Record<string, unknown>> = {};
/** Made when first asked for, not at every start of a thread. */
let known: Map<unknown, Symbolic> | undefined;

/** Says what the library, or another part of it, exports. */
export function knownExports(register: Readonly<Record<string, unknown>>): void {
  exports = { ...exports, ...register };
  known = undefined;
}

let partNames: Readonly<Partial<Record<Part, readonly string[]>>> = {};
/** Says what parts export that may not be loaded. */
export function knownParts(names: typeof partNames): void {
  partNames = names;
}

/** Is it a function or class of this library? */
export function isLibrary(value: unknown): boolean {
  return typeof value === "function" && exportedFunction(value) !== undefined;
}

export function libraryExport(name: string): unknown {
  if (!Object.hasOwn(exports, name))
    for (const part of ["data", "pools"] as const) if (partNames[part]?.includes(name)) loadPart(part);
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
