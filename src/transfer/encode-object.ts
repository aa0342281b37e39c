/** Symbols and the small built-in objects. Internal slots are read by the built-in methods, not by properties. */

import * as codec from "./codec.ts";
import { BOXED_SYMBOL, hollow, unsendableSymbol } from "./refusals.ts";
import type { Walk } from "./walk.ts";

const timeOf = Date.prototype.getTime;
const sourceOf = getter(RegExp.prototype, "source");
const flagsOf = getter(RegExp.prototype, "flags");
const unbox = [
  Number.prototype.valueOf,
  String.prototype.valueOf,
  Boolean.prototype.valueOf,
  BigInt.prototype.valueOf,
] as readonly (() => unknown)[];

/** The getter behind a built-in property: it throws for objects without the slot. */
export function getter(prototype: object, key: PropertyKey): () => unknown {
  return Object.getOwnPropertyDescriptor(prototype, key)!.get!;
}

/** Runs a built-in method on `value`, and refuses what only looks like an object of its class. */
export function slot<T>(walk: Walk, value: object, read: () => T): T {
  try {
    return read();
  } catch {
    throw walk.refusal(hollow(value));
  }
}

export function writeDate(walk: Walk, value: object): void {
  const time = slot(walk, value, () => timeOf.call(value as Date));
  walk.register(value);
  walk.byte(codec.DATE);
  walk.double(time);
}

/** `lastIndex` stays behind, as in structured clone. */
export function writeRegExp(walk: Walk, value: object): void {
  const source = slot(walk, value, () => sourceOf.call(value)) as string;
  const flags = slot(walk, value, () => flagsOf.call(value)) as string;
  walk.register(value);
  walk.byte(codec.REGEXP);
  walk.string(source);
  walk.string(flags);
}

export function writeBoxed(walk: Walk, value: object): void {
  for (const valueOf of unbox) {
    let primitive: unknown;
    try {
      primitive = valueOf.call(value);
    } catch {
      continue;
    }
    walk.register(value);
    walk.byte(codec.BOXED);
    walk.visit(primitive);
    return;
  }
  throw walk.refusal(
    Object.prototype.toString.call(value) === "[object Symbol]" ? BOXED_SYMBOL : hollow(value),
  );
}

/** `URL` and `URLSearchParams`, which structured clone refuses: their text is all there is to them. */
export function writeHref(walk: Walk, value: object, tag: number): void {
  const text = slot(walk, value, () => (value as URL).toString());
  walk.register(value);
  walk.byte(tag);
  walk.string(text);
}

/** Only symbols that every realm finds by name cross. */
export function writeSymbol(walk: Walk, value: symbol): void {
  const key = Symbol.keyFor(value);
  const known = codec.KNOWN_SYMBOLS.indexOf(value);
  if (key === undefined && known < 0) throw walk.refusal(unsendableSymbol(value));
  walk.byte(key === undefined ? codec.KNOWN_SYMBOL : codec.SYMBOL);
  if (key === undefined) walk.byte(known);
  else walk.string(key);
}
