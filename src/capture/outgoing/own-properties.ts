/** What is put on functions and classes, and travels with them. */

const NONE: readonly (readonly [string, unknown])[] = [];

/** What users put on a function or on its `prototype`, and the public static fields of a class. Runs no getter. */
export function ownProperties(fn: object): readonly (readonly [string, unknown])[] {
  const keys = Object.keys(fn);
  const prototype = Object.getOwnPropertyDescriptor(fn, "prototype");
  const isOldClass = prototype?.writable && Object.keys(prototype.value ?? {}).length > 0;
  if (isOldClass) keys.push("prototype");
  if (keys.length === 0) return NONE;
  return keys.flatMap((key) => {
    const descriptor = Object.getOwnPropertyDescriptor(fn, key);
    return descriptor && "value" in descriptor ? [[key, descriptor.value] as const] : [];
  });
}
