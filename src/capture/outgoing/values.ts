/** The values that captured bindings hold right now, and what a function's own properties are. */
import { isSharedClass } from "../../memory/classes.ts";
import { type Reference, Symbolic } from "../../transfer/boundary.ts";
import { rememberOrigin } from "../../transfer/error-classes.ts";
import { importOrigin, noteClass, noteShipped } from "../incoming/resolve.ts";
import { isLibrary } from "../library.ts";
import { MISSING, type Peek } from "../source/peek.ts";
import type { Binding, Syntax } from "../syntax/scopes.ts";
import type { Member, ModuleReference, Slot } from "./slot.ts";

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

/** Why a binding has no value to send. */
export type Unreadable = "uninitialised" | "invisible";

/** The current value of a slot of `fn` or a `Symbolic`, or why there is none. */
export function valueOf(slot: Slot, peeked: Peek, fn: object, node: Syntax): { value: unknown } | Unreadable {
  const { reference, capture, name } = slot;
  if (slot.isBase) return { value: Object.getPrototypeOf(fn) };
  if (slot.member) return { value: sharedMember(slot.member, peeked) };
  if (reference) {
    const read = () => (isParent(name, node) ? Object.getPrototypeOf(fn) : peeked.read(name));
    return { value: importedValue(reference, read) };
  }
  let value: unknown;
  try {
    value = peeked.read(name);
  } catch {
    return "uninitialised"; // Node >= 22; Node 20 reads undefined instead.
  }
  if (capture && (value === MISSING || isOtherFunction(capture.binding, value))) {
    return valueInHead(name, capture.binding, fn, node) ?? "invisible";
  }
  if (value === undefined && capture && mustBeDefined(capture.binding)) return "uninitialised";
  return { value };
}

const imports = new WeakMap<object, Symbolic>();
/** How a class that crosses by reference was imported first. */
export function importOf(cls: object): Symbolic | undefined {
  return imports.get(cls);
}
function noteImport(cls: object, reference: Reference): void {
  if (!imports.has(cls)) imports.set(cls, new Symbolic(reference));
  noteClass(reference, cls);
}

/**
 * An imported shared object is sent itself: importing it again in the thread would make another one. So is what
 * this library exports: it is in every thread, and no import delays the start.
 */
function sharedImport(reference: Reference, read: () => unknown): unknown {
  if (reference.type === "require" && reference.name !== undefined) return sharedExport(reference, read);
  if (reference.type !== "import") return undefined;
  noteShipped(reference);
  if (reference.name === "*") return undefined;
  return sharedExport(reference, read);
}

/** The same for `module.name` in compiled code. */
function sharedMember({ base, name, reference }: Member, peeked: Peek): unknown {
  return sharedExport({ ...reference, name }, () => (peeked.read(base) as Record<string, unknown>)[name]);
}

function sharedExport(reference: ModuleReference, read: () => unknown): unknown {
  try {
    const value = read();
    if (typeof value === "function") {
      if (isLibrary(value)) return value;
      if (isSharedClass(value)) {
        noteImport(value, reference);
        return value;
      }
      if (reference.type === "import") rememberOrigin(importOrigin(reference), value);
      return undefined;
    }
    return typeof value === "object" && value !== null && crossesByReference(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** What travels for a name that every thread can look up; `read` gives its value here, or throws. */
export function importedValue(reference: Reference, read: () => unknown): unknown {
  return sharedImport(reference, read) ?? new Symbolic(reference);
}

/**
 * What stands in the head of a class (`extends`, computed keys) runs outside every function, so that the engine
 * may keep no variable for it.
 */
function valueInHead(name: string, { kind, writes, declarator }: Binding, fn: object, node: Syntax) {
  if (isParent(name, node)) return { value: Object.getPrototypeOf(fn) as unknown };
  const init =
    kind === "const" && writes.length === 0 && declarator?.id.type === "Identifier" && declarator.init;
  return init && init.type === "Literal" && !init.regex ? { value: init.value as unknown } : undefined;
}

/** Is it what a class extends? */
function isParent(name: string, { superClass }: Syntax): boolean {
  return superClass?.type === "Identifier" && superClass.name === name;
}

/** The engine hides the own name of a function expression; an outer variable of that name may show instead. */
function isOtherFunction({ kind, declaration, name }: Binding, value: unknown): boolean {
  if (kind !== "self" || declaration.type !== "FunctionExpression") return false;
  if (typeof value !== "function" || value.name !== name) return true;
  return Function.prototype.toString.call(value).length !== declaration.end - declaration.start;
}

const NEVER_UNDEFINED = new Set(
  (
    "ObjectExpression ArrayExpression NewExpression ArrowFunctionExpression FunctionExpression ClassExpression " +
    "TemplateLiteral Literal"
  ).split(" "),
);

function mustBeDefined({ kind, declarator }: Binding): boolean {
  if (kind === "class") return true;
  return (
    kind === "const" && declarator?.id.type === "Identifier" && NEVER_UNDEFINED.has(declarator.init?.type)
  );
}

/** Will the binding hold this value for good? */
export function isSettled({ capture, reference, isBase, member }: Slot, value: unknown): boolean {
  return (
    isBase === true ||
    member !== undefined ||
    reference !== undefined ||
    (capture?.binding.writes.length === 0 && value !== undefined)
  );
}

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
