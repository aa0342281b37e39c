/**
 * What an object is, told by its prototype and proved by its internal slots when it is read.
 *
 * Objects of another `vm` context (Jest runs tests in one) count as what they are: their prototypes are recognised
 * by the native constructor that owns them.
 */

import { builtin, ERRORS, VIEWS } from "./codec.ts";

export type KindName =
  | "object"
  | "array"
  | "map"
  | "set"
  | "date"
  | "regexp"
  | "boxed"
  | "buffer"
  | "view"
  | "shared"
  | "port"
  | "error"
  | "url"
  | "search"
  | "rides"
  | "memory";

/** Built-in constructors by the kind of their instances. */
const NAMES: Record<string, KindName> = {
  Object: "object",
  Array: "array",
  Map: "map",
  Set: "set",
  Date: "date",
  RegExp: "regexp",
  Number: "boxed",
  String: "boxed",
  Boolean: "boxed",
  BigInt: "boxed",
  Symbol: "boxed",
  ArrayBuffer: "buffer",
  SharedArrayBuffer: "shared",
  MessagePort: "port",
  URL: "url",
  URLSearchParams: "search",
  Buffer: "view",
};
/** Globals that the host loads when they are read (3 ms): looked at when an object of an unknown class turns up. */
const LATE: Record<string, KindName> = {};
for (const name of (
  "Blob File CryptoKey " +
  "ImageBitmap ImageData FileSystemFileHandle FileSystemDirectoryHandle FileList VideoFrame AudioData"
).split(" "))
  LATE[name] = "rides";
for (const name of VIEWS) NAMES[name] = "view";
for (const name of ERRORS) NAMES[name] = "error";

const kinds = new WeakMap<object, KindName>();
function enter(names: Record<string, KindName>): void {
  for (const name of Object.keys(names)) {
    const prototype = builtin(name)?.prototype;
    if (prototype) kinds.set(prototype, names[name]);
  }
}
enter(NAMES);

/** `WebAssembly` as far as this file needs it: TypeScript's library has it in DOM only. */
const wasm = (globalThis as { WebAssembly?: Record<string, { prototype: object } | undefined> }).WebAssembly;
if (wasm?.Module) kinds.set(wasm.Module.prototype, "rides");
if (wasm?.Memory) kinds.set(wasm.Memory.prototype, "memory");

/** Names of built-in errors by prototype, for the nearest one of a chain. */
const errorNames = new Map<object, string>();
for (const name of ERRORS) {
  const prototype = builtin(name)?.prototype;
  if (prototype) errorNames.set(prototype, name);
}

/** What an object with this prototype is; undefined: an instance of a class that does not cross as data. */
export function kindOf(value: object, prototype: object | null): KindName | undefined {
  if (prototype === null) return isNamespace(value) ? undefined : "object";
  return kinds.get(prototype) ?? learn(value, prototype);
}

let sawLate = false;

function learn(value: object, prototype: object): KindName | undefined {
  if (!sawLate) {
    sawLate = true;
    enter(LATE);
    const found = kinds.get(prototype);
    if (found !== undefined) return found;
  }
  const name = nativeOwner(prototype);
  const kind = name === undefined ? undefined : Object.hasOwn(NAMES, name) ? NAMES[name] : LATE[name];
  if (kind !== undefined) {
    kinds.set(prototype, kind);
    return kind;
  }
  if (nearestError(value) !== undefined) return "error";
  return hostClones(prototype) ? "rides" : undefined;
}

/** Name of the native constructor that owns a prototype, in whatever realm. */
function nativeOwner(prototype: object): string | undefined {
  const constructor = constructorOf(prototype);
  if (constructor === undefined || constructor.prototype !== prototype) return undefined;
  return Function.prototype.toString.call(constructor).endsWith("{ [native code] }")
    ? constructor.name
    : undefined;
}

const CONSTRUCTOR = "constructor";

/** The own `constructor` of a prototype, without running a getter. */
export function constructorOf(prototype: object): (new (...args: never[]) => object) | undefined {
  const found = Object.getOwnPropertyDescriptor(prototype, CONSTRUCTOR)?.value;
  return typeof found === "function" ? found : undefined;
}

/** Name of the class that an object is an instance of; "" for plain and prototype-less objects. */
export function classOf(value: object): string {
  for (let proto = Object.getPrototypeOf(value); proto !== null; proto = Object.getPrototypeOf(proto)) {
    const constructor = constructorOf(proto);
    const name = constructor && Object.getOwnPropertyDescriptor(constructor, "name")?.value;
    if (typeof name === "string" && name !== "") return name === "Object" ? "" : name;
  }
  return "";
}

/** The built-in error class that an error is, or extends; undefined: it is no error. */
export function nearestError(value: object): string | undefined {
  for (let proto = Object.getPrototypeOf(value); proto !== null; proto = Object.getPrototypeOf(proto)) {
    const known = errorNames.get(proto);
    if (known !== undefined) return known;
    const name = nativeOwner(proto);
    if (name !== undefined && (ERRORS as readonly string[]).includes(name)) return name;
  }
  return undefined;
}

/** True for a prototype that is a built-in error's own: the error is of that class exactly. */
export function isErrorPrototype(prototype: object): boolean {
  return errorNames.has(prototype);
}

/**
 * Host objects that structured clone carries (keys, block lists): only the host can read them. Node marks their
 * classes with a symbol; key objects are native, and a `CryptoKey` may be of a hidden subclass of the same name.
 */
function hostClones(prototype: object): boolean {
  if (Object.getOwnPropertySymbols(prototype).some((s) => s.description === "messaging_clone_symbol"))
    return true;
  const name = constructorOf(prototype)?.name ?? "";
  const parent: object | null = Object.getPrototypeOf(prototype);
  if (parent !== null && name === "CryptoKey" && constructorOf(parent)?.name === name) return true;
  if (!/^(Secret|Public|Private)KeyObject$/.test(name)) return false;
  for (let proto = parent; proto !== null; proto = Object.getPrototypeOf(proto)) {
    if (Object.getOwnPropertyDescriptor(proto, Symbol.toStringTag)?.value === "KeyObject") return true;
  }
  return false;
}

/** A module namespace: no prototype and a tag that cannot be changed. */
export function isNamespace(value: object): boolean {
  const tag = Object.getOwnPropertyDescriptor(value, Symbol.toStringTag);
  return tag !== undefined && tag.value === "Module" && tag.writable === false && tag.configurable === false;
}
