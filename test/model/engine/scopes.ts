/** Reading the bundle: trees, local names, and which functions can never reach an atomic operation. */
import type { Node } from "acorn";

export type Tree = Node & Record<string, unknown>;

export function* children(node: Tree): Generator<Tree> {
  for (const [key, value] of Object.entries(node)) {
    if (key === "type") continue;
    for (const item of Array.isArray(value) ? value : [value])
      if (item !== null && typeof item === "object" && typeof (item as Tree).type === "string")
        yield item as Tree;
  }
}

export function isFunction(node: Tree): boolean {
  return /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type);
}

export function nameOf(node: unknown): string {
  return (node as { name: string }).name;
}

/** Names that a pattern binds. */
function bound(pattern: Tree | null, into: Set<string>): void {
  if (pattern === null) return;
  if (pattern.type === "Identifier") into.add(nameOf(pattern));
  else if (pattern.type === "AssignmentPattern") bound(pattern.left as Tree, into);
  else if (pattern.type === "Property") bound(pattern.value as Tree, into);
  else for (const child of children(pattern)) bound(child, into);
}

/** All names declared in a function, whatever block they stand in: esbuild keeps names apart well enough. */
export function localsOf(fn: Tree): Set<string> {
  const names = new Set<string>();
  for (const parameter of fn.params as Tree[]) bound(parameter, names);
  if (fn.type === "FunctionExpression" && fn.id) names.add(nameOf(fn.id));
  const visit = (node: Tree): void => {
    if (node.type === "VariableDeclarator") bound(node.id as Tree, names);
    if (node.type === "CatchClause") bound(node.param as Tree | null, names);
    if (/^(Function|Class)Declaration$/.test(node.type)) names.add(nameOf(node.id));
    if (isFunction(node)) return;
    for (const child of children(node)) visit(child);
  };
  visit(fn.body as Tree);
  return names;
}

/** Would it mean something else in a function of its own? */
export function usesThis(node: Tree): boolean {
  if (node.type === "ThisExpression" || node.type === "Super") return true;
  if (isFunction(node) && node.type !== "ArrowFunctionExpression") return false;
  return [...children(node)].some(usesThis);
}

/** Methods of built-ins that call what they are given. */
const CALLERS = new Set(
  "map forEach filter some every find findIndex sort reduce flatMap from then catch finally".split(" "),
);
/** Names that lead to a call which the text does not show. */
const HIDDEN = new Set(["call", "apply", "next", "return", "throw"]);
const GLOBAL_CALLS = new Set("Number String Boolean BigInt Symbol Array Object Error isNaN".split(" "));

export type CallKind = "operation" | "plain" | "coloured" | "steps" | "super" | "refused" | "unknown";

/** What the transform must know of a bundle. */
export class Facts {
  /** Local name → operation, for names imported from the seams; "*" for a namespace. */
  readonly operations = new Map<string, string>();
  readonly #functions = new Map<string, Tree>();
  readonly #plain = new Set<Tree>();
  readonly #memberNames = new Set<string>();

  constructor(program: Tree) {
    for (const node of program.body as Tree[]) {
      if (node.type === "FunctionDeclaration") this.#functions.set(nameOf(node.id), node);
      if (node.type !== "ImportDeclaration") continue;
      for (const specifier of node.specifiers as Tree[]) {
        const imported = specifier.imported as Tree | undefined;
        this.operations.set(nameOf(specifier.local), imported ? nameOf(imported) : "*");
      }
    }
    this.#collectMembers(program);
    // Greatest fixpoint: all functions of the top level are plain but for those that call what is not.
    for (const fn of this.#functions.values()) if (!fn.async && !fn.generator) this.#plain.add(fn);
    for (let changed = true; changed; ) {
      changed = false;
      for (const fn of this.#plain) {
        if (this.#onlyPlainCalls(fn, [])) continue;
        this.#plain.delete(fn);
        changed = true;
      }
    }
  }

  #collectMembers(node: Tree): void {
    const member = /^(MethodDefinition|PropertyDefinition|Property)$/.test(node.type) && !node.computed;
    const value = node.value as Tree | null;
    if (member && value && (isFunction(value) || node.shorthand || value.type === "Identifier"))
      this.#memberNames.add(nameOf(node.key));
    for (const child of children(node)) this.#collectMembers(child);
  }

  /** Nothing in it can reach an operation: it stays as it is. */
  isPlain(fn: Tree, scopes: readonly Set<string>[]): boolean {
    if (fn.async || fn.generator) return false;
    if (fn.type === "FunctionDeclaration" && this.#functions.get(nameOf(fn.id)) === fn)
      return this.#plain.has(fn);
    return this.#onlyPlainCalls(fn, scopes);
  }

  #onlyPlainCalls(fn: Tree, outer: readonly Set<string>[]): boolean {
    const scopes = [...outer, localsOf(fn)];
    const visit = (node: Tree): boolean => {
      if (isFunction(node) && (node.async || node.generator)) return false;
      if (isFunction(node)) return this.#onlyPlainCalls(node, scopes);
      if (node.type === "YieldExpression" || node.type === "AwaitExpression") return false;
      if (node.type === "TaggedTemplateExpression") return false;
      if (node.type === "CallExpression" && this.callKind(node, scopes) !== "plain") return false;
      return [...children(node)].every(visit);
    };
    return [...(fn.params as Tree[]), fn.body as Tree].every(visit);
  }

  callKind(call: Tree, scopes: readonly Set<string>[]): CallKind {
    const callee = call.callee as Tree;
    const args = call.arguments as Tree[];
    if (callee.type === "Super") return "super";
    if (callee.type === "Identifier") {
      const name = nameOf(callee);
      if (scopes.some((scope) => scope.has(name))) return "unknown";
      if (this.operations.has(name)) return "operation";
      const fn = this.#functions.get(name);
      if (fn === undefined) return GLOBAL_CALLS.has(name) ? "plain" : "unknown";
      if (fn.async) return "unknown";
      return fn.generator ? "steps" : this.#plain.has(fn) ? "plain" : "coloured";
    }
    if (callee.type !== "MemberExpression" || callee.computed) return "unknown";
    const object = callee.object as Tree;
    if (object.type === "Identifier" && this.operations.get(nameOf(object)) === "*") return "operation";
    const property = nameOf(callee.property);
    if ((callee.property as Tree).type === "PrivateIdentifier") return "unknown";
    if (this.#memberNames.has(property) || HIDDEN.has(property)) return "unknown";
    const callbacks = CALLERS.has(property) ? args : [];
    return callbacks.every((arg) => isFunction(arg) && this.isPlain(arg, scopes)) ? "plain" : "refused";
  }

  operationOf(call: Tree): string {
    const callee = call.callee as Tree;
    if (callee.type === "MemberExpression") return nameOf(callee.property);
    return this.operations.get(nameOf(callee)) as string;
  }
}
