/** Where a module hands functions to threads. */
import type { Syntax } from "../capture/syntax/scopes.ts";
import type { Module } from "./module.ts";

/** An expression that may hold functions for threads. `certain`: it does, whatever the program does. */
export interface Root {
  readonly value: Syntax;
  readonly certain: boolean;
}

/** Methods of this library's objects whose functions run in the calling thread. */
const LOCAL = new Set(
  (
    "with withAsync update getOrSet forEach addDoneCallback then catch finally waitFor waitForAsync " +
    "find findIndex some every filter reduce sort"
  ).split(" "),
);
const POOL = /pool|executor/i;

/** `further`: names of functions and methods whose arguments go to threads, as the user told. */
export function findRoots(module: Module, further: ReadonlySet<string>): Root[] {
  const roots: Root[] = [];
  const add = (values: readonly (Syntax | null | undefined)[], certain = false) => {
    for (const value of values) if (value) roots.push({ value, certain });
  };
  const usesLibrary = module.text.includes("threadkit");
  for (const node of module.nodes) {
    switch (node.type) {
      case "NewExpression":
        addNew(module, node, add);
        break;
      case "CallExpression":
        if (isHandedOn(module, node, further)) add(node.arguments);
        break;
      case "AssignmentExpression":
        if (node.left.type === "MemberExpression" && isLibraryObject(module, node.left.object))
          add([node.right]);
        break;
      case "ClassDeclaration":
      case "ClassExpression":
        if (node.superClass && usesLibrary && isThreadClass(module, node.superClass)) add([node]);
        break;
    }
  }
  return roots;
}

function addNew(
  module: Module,
  node: Syntax,
  add: (values: readonly Syntax[], certain?: boolean) => void,
): void {
  const name = module.libraryName(node.callee) ?? baseName(module, node.callee);
  if (name === undefined) return;
  if (name === "Thread" && node.arguments[0]?.type === "ObjectExpression") {
    for (const property of node.arguments[0].properties as Syntax[]) {
      const isTarget = property.type === "Property" && !property.computed && property.key.name === "target";
      add([property.type === "Property" ? property.value : property.argument], isTarget);
    }
  } else if (name === "Timer") {
    add(node.arguments.slice(1, 2), true);
    add(node.arguments.slice(2));
  } else add(node.arguments);
}

/** What of this library a class of the module extends: its constructor takes the same, if it has none of its own. */
function baseName(module: Module, callee: Syntax): string | undefined {
  const binding = callee.type === "Identifier" && module.bindingOf(callee);
  if (!binding) return undefined;
  const { superClass } = (binding.kind === "class" ? binding.declaration : binding.declarator?.init) ?? {};
  return superClass == null ? undefined : (module.libraryName(superClass) ?? baseName(module, superClass));
}

function isHandedOn(module: Module, { callee }: Syntax, further: ReadonlySet<string>): boolean {
  const library = module.libraryName(callee);
  if (library !== undefined) return library !== "setExcepthook";
  if (callee.type === "Identifier") return further.has(callee.name);
  if (callee.type !== "MemberExpression" || callee.computed) return false;
  const { name } = callee.property;
  if (name === "submit" || name === "submitAsync" || further.has(name)) return true;
  if (name === "map") return isPool(module, callee.object);
  return !LOCAL.has(name) && isLibraryObject(module, callee.object);
}

/** Visibly a pool: made as one here, or called one. */
function isPool(module: Module, object: Syntax): boolean {
  if (isLibraryObject(module, object)) return true;
  if (object.type === "Identifier") return POOL.test(object.name);
  return object.type === "MemberExpression" && !object.computed && POOL.test(object.property.name ?? "");
}

/** A variable that holds `new X()` of this library, or that expression itself. */
function isLibraryObject(module: Module, object: Syntax): boolean {
  if (object.type === "NewExpression") return module.libraryName(object.callee) !== undefined;
  const init = object.type === "Identifier" && module.bindingOf(object)?.declarator?.init;
  return init?.type === "NewExpression" && module.libraryName(init.callee) !== undefined;
}

/** Extends a class of this library, or one that may do so. */
function isThreadClass(module: Module, superClass: Syntax): boolean {
  const made = superClass.type === "CallExpression" ? superClass.callee : superClass;
  if (module.libraryName(made) !== undefined) return true;
  const binding = superClass.type === "Identifier" && module.bindingOf(superClass);
  if (!binding) return false;
  if (binding.imported) return binding.imported.specifier !== "threadkit";
  const declared = binding.kind === "class" ? binding.declaration : binding.declarator?.init;
  return declared?.superClass != null && isThreadClass(module, declared.superClass);
}
