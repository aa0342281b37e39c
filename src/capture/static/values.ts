/**
 * What captured names hold, read off the source.
 *
 * No live value of a variable is to be had this way. What the text tells for sure can be shipped: imports, functions
 * and classes, literals, what a loaded module exports. Anything else is refused by its name.
 */
import type { Reference } from "../../transfer/boundary.ts";
import { isOurs } from "../call-stack.ts";
import { instancesOf, type RebuiltScript } from "../incoming/rebuilt.ts";
import { libraryExport } from "../library.ts";
import { importedValue } from "../outgoing/imported.ts";
import type { Slot } from "../outgoing/slot.ts";
import { placeOf } from "../source/position.ts";
import type { Source } from "../source/source.ts";
import { type Binding, Scope, type Syntax } from "../syntax/scopes.ts";
import { additionTo, changeOf } from "./changes.ts";
import { evaluate, Hidden } from "./literals.ts";
import { exportedName, readExport, UNREAD } from "./modules.ts";
import { infoOf, type Located, resolveFile, scriptOf } from "./sources.ts";
import { isStandIn, noteLive, standIn } from "./stand-ins.ts";

/** The value of a slot, or a `Symbolic`; throws `Hidden`. `live`: the class itself, if it is there. */
export function staticValue(slot: Slot, { source }: Located, live: object | undefined): unknown {
  const { reference, capture } = slot;
  if (slot.isBase) {
    if (live) return Object.getPrototypeOf(live);
    throw new Hidden("what the class extends is made when the program runs");
  }
  if (reference) return importedValue(reference, () => readImport(reference));
  return variable(capture!.binding, source);
}

function readImport(reference: Reference): unknown {
  if (reference.type !== "import") throw new Hidden("it is not imported");
  const { file, specifier, name } = reference;
  const isLibrary = isOurs(resolveFile(file, specifier) ?? "");
  const value = isLibrary ? libraryExport(name) : readExport(file, specifier, name);
  if (value === UNREAD || value === undefined) throw new Hidden("its module can't be read");
  return value;
}

const known = new WeakMap<Binding, { value: unknown }>();
const inProgress = new Set<Binding>();

function variable(binding: Binding, source: Source): unknown {
  const script = scriptOf(source);
  if (script && binding.scope.parent === source.root) return shippedValue(binding.name, script);
  let found = known.get(binding);
  if (found) return found.value;
  if (inProgress.has(binding)) throw new Hidden("it is made of itself");
  inProgress.add(binding);
  try {
    const exported = exportedName(binding, source);
    const value = exported === undefined ? UNREAD : readExport(source.url, source.url, exported);
    if (value !== UNREAD && typeof value !== "function") return value; // it may change: looked up each time
    found = { value: value !== UNREAD && isMade(binding) ? value : fromText(binding, source) };
    known.set(binding, found);
    if (typeof value === "function" && typeof found.value === "function") noteLive(found.value, value);
    return found.value;
  } finally {
    inProgress.delete(binding);
  }
}

/** Is it a class or function that no text tells all of: `class A extends f()`, `const g = make()`? */
function isMade({ declaration, declarator }: Binding): boolean {
  const node: Syntax = declarator?.init ?? declaration;
  if (/^Class/.test(node.type)) return node.superClass && node.superClass.type !== "Identifier";
  return !/Function/.test(node.type);
}

function fromText(binding: Binding, source: Source): unknown {
  const { kind, declaration, declarator, writes, scope } = binding;
  if (writes.length > 0) throw new Hidden(`it is assigned at ${placeOf(source, writes[0].start)}`);
  if (kind === "function" || kind === "class" || kind === "self") return code(declaration, binding, source);
  if (kind === "param") throw new Hidden("it is a parameter of the function around");
  if (!declarator) throw new Hidden("its value is made when the program runs");
  if (declarator.id.type !== "Identifier")
    throw new Hidden("it is a part of a value made when the program runs");
  const { init } = declarator;
  const isLoop = !init && kind === "const";
  if (isLoop || (init && kind === "var" && binding.scope !== source.root))
    throw new Hidden("its value is made when the program runs");
  if (!init) return undefined;
  if (/Function|Class/.test(init.type)) return code(init, binding, source);
  const value = evaluate(init, scope, {
    variable: (inner) => variable(inner, source),
    code: (node) => code(node, undefined, source),
  });
  if (typeof value !== "object" || value === null) return value;
  const change = changeOf(binding, value, source);
  if (change)
    throw new Hidden(`it may be changed by what is done with it at ${placeOf(source, change.start)}`);
  if (exportedName(binding, source) !== undefined) throw new Hidden("other modules may change it");
  return value;
}

/** A function or class of the text. What is put on it later shows only on itself. */
function code(node: Syntax, binding: Binding | undefined, source: Source): unknown {
  const info = infoOf(source, node);
  if (!info) throw new Hidden("its code was not found");
  const fn = standIn({ source, info }, node.id?.name ?? binding?.name ?? "");
  if (!isStandIn(fn)) return fn;
  const addition = binding && additionTo(binding, source);
  if (addition) throw new Hidden(`something is put on it at ${placeOf(source, addition.start)}`);
  if (info.isClass && node.superClass && node.superClass.type !== "Identifier")
    throw new Hidden("what it extends is made when the program runs");
  return fn;
}

/** What shipped code captured when it was rebuilt here. */
function shippedValue(name: string, { unit }: RebuiltScript): unknown {
  const values = instancesOf(unit).map(({ captures }) => captures[unit.names.indexOf(name)]);
  if (values.length > 0 && values.every((value) => Object.is(value, values[0]))) return values[0];
  throw new Hidden("the code around it runs in several copies here");
}

/** The public static fields of a class that only its text is known of; throws `Hidden`. */
export function staticFieldsOf({ source, info }: Located): (readonly [string, unknown])[] {
  if (!info.isClass) return [];
  return (info.node.body.body as Syntax[]).flatMap((member) => {
    const { type, key, computed, value } = member;
    if (type !== "PropertyDefinition" || !member.static || key.type === "PrivateIdentifier") return [];
    if (!value && !computed) return [];
    const name: string = key.name ?? String(key.value);
    if (computed || isAssigned(name, source)) throw new Hidden(`its static field ${name} may have changed`);
    try {
      const found = evaluate(value, NOWHERE, NOTHING);
      if (typeof found !== "object" || found === null) return [[name, found] as const];
    } catch (error) {
      if (!(error instanceof Hidden)) throw error;
    }
    throw new Hidden(`the value of its static field ${name} is made when the program runs`);
  });
}

const NOWHERE = new Scope(undefined, true, true);
const NOTHING = {
  variable() {
    throw new Hidden("it is a variable");
  },
  code() {
    throw new Hidden("it is code");
  },
};

/** Does anything in the file assign to a property of that name? */
function isAssigned(name: string, { text }: Source): boolean {
  const property = `[.\\]"']${name.replace(/\$/g, "\\$")}["'\\]]*\\s*`;
  return new RegExp(
    `${property}(?:=[^=]|[-+*/%&|^?<>]+=[^=]|\\+\\+|--)|(?:\\+\\+|--)[\\w$.]*${property}`,
  ).test(text);
}
