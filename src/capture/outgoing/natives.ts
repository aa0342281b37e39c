/**
 * Values that every thread has by itself: the language's and Node's own objects and functions. Looked up by their names:
 * a table of all globals would cost 30–50 ms, since reading some of them loads half of Node.
 */
import { type Reference, Symbolic } from "../../transfer/boundary.ts";
import { nodeModule, runtime } from "../lazy.ts";

/** Globals that hold functions worth finding: constructors and namespaces. */
const HOLDERS = (
  "Object Function Array Number String Boolean Symbol BigInt Math JSON Reflect Atomics Promise Map Set WeakMap " +
  "WeakSet WeakRef Date RegExp Error ArrayBuffer SharedArrayBuffer DataView Intl console process Buffer URL " +
  "Uint8Array WebAssembly"
).split(" ");

const found = (...path: string[]) => new Symbolic({ type: "global", path });

function dataProperty(object: object | undefined, key: string): unknown {
  const descriptor = object && Object.getOwnPropertyDescriptor(object, key);
  return descriptor && "value" in descriptor ? descriptor.value : undefined;
}

/** A global by name; a lazy getter of Node's is read only when somebody asks for just that name. */
function globalNamed(name: string): unknown {
  const descriptor = Object.getOwnPropertyDescriptor(globalThis, name);
  return descriptor && "value" in descriptor ? descriptor.value : descriptor?.get?.call(globalThis);
}

/** Has it no text: is it native code, or bound, or a proxy? */
export function isNative(fn: (...args: never[]) => unknown): boolean {
  return /\{\s*\[native code\]\s*\}$/.test(Function.prototype.toString.call(fn));
}

/** The reference for a function that need not, or can't, be shipped as code. */
export function knownFunction(fn: (...args: never[]) => unknown): Symbolic | undefined {
  const name = dataProperty(fn, "name");
  if (typeof name !== "string" || name === "") return undefined;
  if (dataProperty(globalThis, name) === fn) return isNative(fn) || isNodes(name) ? found(name) : undefined;
  const builtin = builtinFunction(fn, name);
  if (builtin) return new Symbolic(builtin);
  if (isNodes(name) && globalNamed(name) === fn) return found(name);
  for (const holder of HOLDERS) {
    const object = globalNamed(holder) as object | undefined;
    if (object === undefined) continue;
    if (dataProperty(object, name) === fn) return found(holder, name);
    const prototype =
      typeof object === "function" ? (dataProperty(object, "prototype") as object) : undefined;
    if (dataProperty(prototype, name) === fn) return found(holder, "prototype", name);
  }
  return undefined;
}

/** Globals that Node writes in JavaScript are not enumerable, or look native; a user's own are enumerable. */
function isNodes(name: string): boolean {
  const descriptor = Object.getOwnPropertyDescriptor(globalThis, name);
  if (!descriptor) return false;
  return NODE_GLOBALS.has(name) || !descriptor.enumerable;
}

const NODE_GLOBALS = new Set(
  (
    "clearImmediate setImmediate clearInterval clearTimeout setInterval setTimeout queueMicrotask structuredClone " +
    "atob btoa fetch"
  ).split(" "),
);

/** Public builtin modules that this process has loaded; asking for others would load them. */
let builtins = new Map<object, string>();
/** Node's own list of what it has loaded, and how long it was when `builtins` was made. */
let loadList: readonly string[] | undefined;
let loaded = -1;

function loadedBuiltins(): ReadonlyMap<object, string> {
  loadList ??= (runtime() as NodeJS.Process & { moduleLoadList?: string[] }).moduleLoadList ?? [];
  if (loaded === loadList.length) return builtins;
  const modules = new Map<object, string>();
  const isPublic = new Set(nodeModule().builtinModules);
  for (const entry of loadList) {
    const id = entry.slice(entry.lastIndexOf(" ") + 1);
    if (!isPublic.has(id) || id.startsWith("_") || id === "sys" || id === "punycode") continue;
    const exports = builtinModule(id);
    if (exports) modules.set(exports, `node:${id}`);
  }
  loaded = loadList.length;
  return (builtins = modules);
}

function builtinModule(id: string): object | undefined {
  try {
    return runtime().getBuiltinModule?.(id);
  } catch {
    return undefined; // trace_events is not there in workers
  }
}

function builtinFunction(fn: unknown, name: string): Reference | undefined {
  for (const [exports, specifier] of loadedBuiltins()) {
    if (exports === fn) return { type: "import", file: specifier, specifier, name: "default" };
    if (dataProperty(exports, name) === fn) return { type: "import", file: specifier, specifier, name };
  }
  return undefined;
}

/** Objects on `globalThis`. By name: to look at every global would load Node's whole web platform, 30 ms on Node 26. */
const OBJECTS = "Math JSON Reflect Atomics Intl WebAssembly Temporal console".split(" ");
let objects: Map<object, string> | undefined;

/** The reference for an object that every thread has by itself, or undefined. */
export function knownObject(value: object): Symbolic | undefined {
  if (value === globalThis) return found();
  if (!objects) {
    objects = new Map([[runtime(), "process"]]);
    for (const name of OBJECTS) {
      const object = dataProperty(globalThis, name);
      if (typeof object === "object" && object !== null) objects.set(object, name);
    }
  }
  const name = objects.get(value);
  if (name !== undefined) return found(name);
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Array.prototype || prototype === null) return undefined;
  if (prototype !== Object.prototype) {
    const constructor = dataProperty(prototype, "constructor");
    const lazy = typeof constructor === "function" ? LAZY_OBJECTS[constructor.name] : undefined;
    if (lazy !== undefined) return globalNamed(lazy) === value ? found(lazy) : undefined;
  }
  const specifier = loadedBuiltins().get(value);
  return specifier
    ? new Symbolic({ type: "import", file: specifier, specifier, name: "default" })
    : undefined;
}

const LAZY_OBJECTS: Record<string, string> = {
  Performance: "performance",
  Crypto: "crypto",
  Navigator: "navigator",
};
