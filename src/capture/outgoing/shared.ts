/** What crosses by reference: shared objects, the memory of typed arrays, classes that all threads share. */
import { type Reference, Symbolic } from "../../transfer/boundary.ts";

let isShared = (_value: unknown) => false;

/** Tells capture which objects cross by reference; they may be changed in a thread, and imports of them are sent. */
export function setSharedPredicate(predicate: (value: unknown) => boolean): void {
  isShared = predicate;
}

/** Does every thread see changes of `value`? */
export function crossesByReference(value: unknown): boolean {
  if (ArrayBuffer.isView(value)) return value.buffer instanceof SharedArrayBuffer;
  return value instanceof SharedArrayBuffer || isShared(value);
}

const imports = new WeakMap<object, Symbolic>();

/** How a class that crosses by reference was imported first. */
export function importOf(cls: object): Symbolic | undefined {
  return imports.get(cls);
}

export function noteImport(cls: object, reference: Reference): void {
  if (!imports.has(cls)) imports.set(cls, new Symbolic(reference));
}
