/**
 * Makes a bundle of real sources run under a scheduler: functions become generators that yield before each atomic
 * operation, so that one JavaScript thread can run several model threads, in any order that the explorer likes.
 *
 * source                          becomes
 * load(words, at)                 (yield $.announce(LOAD, words, at), $.perform())
 * f(x), f may reach an operation  (yield* f(x)), or ($.g(f(x)) ? yield* $.v : $.v) where it is not known
 * function* steps() { yield r }   function steps() { return $.steps(function* () { yield $.park(r) }) }
 * words[at], words[at] = v        $.r(words, at), $.w(words, at, v): recorded, but no point to switch at
 *
 * Constructors, accessors, async functions and callbacks of built-ins can't be generators. Operations in them run
 * at once; while an exploration is going on that is an error, never a silent loss of schedules.
 */
import { parse } from "acorn";
import { children, Facts, localsOf, nameOf, type Tree, usesThis } from "./scopes.ts";

/** Globals that are not deterministic, call back later, or make memory. */
const REPLACED = new Set(
  "performance setTimeout clearTimeout queueMicrotask FinalizationRegistry WeakRef SharedArrayBuffer Atomics".split(
    " ",
  ),
);

type Mode = "generator" | "sync" | "getter";

/** The text of a function `($) => exports` that makes one realm. */
export function transform(text: string): string {
  const program = parse(text, { ecmaVersion: "latest", sourceType: "module" }) as unknown as Tree;
  return new Transform(text, program).result;
}

class Transform {
  readonly #text: string;
  readonly #facts: Facts;
  #mode: Mode = "sync";
  /** Inside a generator of the sources: its own yields are requests to park. */
  #steps = false;
  #scopes: Set<string>[] = [];
  readonly result: string;

  constructor(text: string, program: Tree) {
    this.#text = text;
    this.#facts = new Facts(program);
    this.result = `"use strict";\n${this.#emit(program)}`;
  }

  #emit(node: Tree): string {
    switch (node.type) {
      case "ImportDeclaration":
        return "";
      case "ExportNamedDeclaration":
        return this.#exports(node);
      case "CallExpression":
        return this.#call(node, false);
      case "ChainExpression":
        return this.#chain(node);
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression":
        return this.#function(node, false);
      case "MethodDefinition":
        return this.#method(node);
      case "PropertyDefinition":
        return this.#within("sync", false, () => this.#keyed(node));
      case "Property":
        if (node.kind !== "init" || node.method) return this.#method(node);
        if (node.shorthand && this.#isReplaced(node.value as Tree))
          return `${nameOf(node.key)}: ${this.#emit(node.value as Tree)}`;
        return this.#keyed(node);
      case "NewExpression":
        return this.#construction(node);
      case "YieldExpression":
        return this.#yield(node);
      case "MemberExpression":
        return this.#isElement(node)
          ? `$.r(${this.#emit(node.object as Tree)}, ${this.#emit(node.property as Tree)})`
          : this.#member(node);
      case "AssignmentExpression":
        return this.#isElement(node.left as Tree) ? this.#assignment(node) : this.#splice(node);
      case "UpdateExpression":
        return this.#isElement(node.argument as Tree) ? this.#update(node) : this.#splice(node);
      case "Identifier":
        return this.#isReplaced(node) ? `$.globals.${nameOf(node)}` : nameOf(node);
      default:
        return this.#splice(node);
    }
  }

  /** The node's own text with what its children become. */
  #splice(node: Tree, emit: (child: Tree) => string = (child) => this.#emit(child)): string {
    let out = "";
    let at = node.start;
    for (const child of [...children(node)].sort((a, b) => a.start - b.start)) {
      if (child.start < at) continue; // a shorthand property has its key twice
      out += this.#text.slice(at, child.start) + emit(child);
      at = child.end;
    }
    return out + this.#text.slice(at, node.end);
  }

  #keyed(node: Tree): string {
    return this.#splice(node, (child) =>
      child === node.key && !node.computed ? this.#text.slice(child.start, child.end) : this.#emit(child),
    );
  }

  #within<T>(mode: Mode, steps: boolean, body: () => T): T {
    const [oldMode, oldSteps] = [this.#mode, this.#steps];
    [this.#mode, this.#steps] = [mode, steps];
    try {
      return body();
    } finally {
      [this.#mode, this.#steps] = [oldMode, oldSteps];
    }
  }

  #isReplaced(node: Tree): boolean {
    return (
      node.type === "Identifier" &&
      REPLACED.has(nameOf(node)) &&
      !this.#scopes.some((s) => s.has(nameOf(node)))
    );
  }

  #exports(node: Tree): string {
    if (node.declaration) throw new Error("cannot transform this export: the bundle's are at its end");
    const names = (node.specifiers as Tree[]).map((s) => `${nameOf(s.exported)}: ${nameOf(s.local)}`);
    return `return { ${names.join(", ")} };`;
  }

  #function(node: Tree, method: boolean): string {
    const scopes = this.#scopes;
    const plain = !method && this.#facts.isPlain(node, scopes);
    this.#scopes = [...scopes, localsOf(node)];
    try {
      const params = (node.params as Tree[]).map((p) => this.#within("sync", false, () => this.#emit(p)));
      const body = (mode: Mode, steps = false) =>
        this.#within(mode, steps, () => {
          const text = this.#emit(node.body as Tree);
          return (node.body as Tree).type === "BlockStatement" ? text : `{ return (${text}); }`;
        });
      const list = `(${params.join(", ")})`;
      const name = node.id ? ` ${nameOf(node.id)}` : "";
      const word = method ? "" : `function${node.generator ? "" : plain || node.async ? "" : "*"}${name}`;
      if (node.generator)
        return `${word}${list} { return $.steps((function* () ${body("generator", true)}).call(this)); }`;
      if (plain || node.async) {
        const text = body("sync");
        const prefix = node.async ? "async " : "";
        return node.type === "ArrowFunctionExpression"
          ? `(${prefix}${list} => ${text})`
          : `${prefix}${word}${list} ${text}`;
      }
      const text = `${word}${list} ${body("generator")}`;
      return node.type === "ArrowFunctionExpression" && usesThis(node.body as Tree)
        ? `(${text}).bind(this)`
        : node.type === "FunctionDeclaration" || method
          ? text
          : `(${text})`;
    } finally {
      this.#scopes = scopes;
    }
  }

  #method(node: Tree): string {
    const fn = node.value as Tree;
    const key = node.computed
      ? `[${this.#emit(node.key as Tree)}]`
      : this.#text.slice((node.key as Tree).start, (node.key as Tree).end);
    const prefix = node.static ? "static " : "";
    if (node.kind === "constructor" || node.kind === "get" || node.kind === "set") {
      const word = node.kind === "constructor" ? "" : `${node.kind as string} `;
      return `${prefix}${word}${key}${this.#plainTail(fn, node.kind === "get" ? "getter" : "sync")}`;
    }
    // Models don't await: its yields are not those of a slow path, and it never runs.
    if (fn.async && fn.generator) return `${prefix}async *${key}${this.#text.slice(fn.start, fn.end)}`;
    if (fn.async) return `${prefix}async ${key}${this.#plainTail(fn)}`;
    return `${prefix}${fn.generator ? "" : "*"}${key}${this.#function(fn, true)}`;
  }

  #plainTail(fn: Tree, mode: Mode = "sync"): string {
    const scopes = this.#scopes;
    this.#scopes = [...scopes, localsOf(fn)];
    try {
      return this.#within(mode, false, () => {
        const params = (fn.params as Tree[]).map((p) => this.#emit(p)).join(", ");
        return `(${params}) ${this.#emit(fn.body as Tree)}`;
      });
    } finally {
      this.#scopes = scopes;
    }
  }

  #yield(node: Tree): string {
    const argument = node.argument ? this.#emit(node.argument as Tree) : "undefined";
    if (!this.#steps) throw new Error("cannot transform a yield outside a generator of the sources");
    return node.delegate ? `(yield* $.inner(${argument}))` : `(yield $.park(${argument}))`;
  }

  /** Constructors run at once; so do functions that are handed to them, which are callbacks of built-ins. */
  #construction(node: Tree): string {
    return this.#splice(node, (child) => {
      if (child.type !== "ArrowFunctionExpression") return this.#emit(child);
      const scopes = this.#scopes;
      this.#scopes = [...scopes, localsOf(child)];
      try {
        return this.#within("sync", false, () => this.#splice(child));
      } finally {
        this.#scopes = scopes;
      }
    });
  }

  #call(node: Tree, bare: boolean): string {
    const kind = this.#facts.callKind(node, this.#scopes);
    const callee = node.callee as Tree;
    if (kind === "operation") return this.#operation(node);
    if (kind === "refused") return `$.refuse("a callback of ${nameOf(callee.property)}")`;
    const args = (node.arguments as Tree[]).map((argument) => this.#emit(argument)).join(", ");
    const target =
      callee.type === "MemberExpression" && callee.computed
        ? `${this.#emit(callee.object as Tree)}[${this.#emit(callee.property as Tree)}]`
        : this.#emit(callee);
    if (kind === "plain" && callee.type === "MemberExpression" && nameOf(callee.property) === "fill")
      return `$.fill(${this.#emit(callee.object as Tree)}, ${args})`;
    if (callee.type === "MemberExpression" && nameOf(callee.property) === "next" && kind === "unknown") {
      const call = `$.next(${this.#emit(callee.object as Tree)}, ${args || "undefined"})`;
      return this.#mode === "generator" ? `(yield* ${call})` : `$.sync(${call})`;
    }
    const text = `${target}${node.optional ? "?." : ""}(${args})`;
    if (bare || kind === "plain" || kind === "steps" || kind === "super") return text;
    if (this.#mode !== "generator") return `$.sync(${text})`;
    return kind === "coloured" ? `(yield* ${text})` : `($.g(${text}) ? yield* $.v : $.v)`;
  }

  #operation(node: Tree): string {
    const args = (node.arguments as Tree[]).map((argument) => this.#emit(argument)).join(", ");
    const list = `"${this.#facts.operationOf(node)}"${args === "" ? "" : `, ${args}`}`;
    if (this.#mode === "getter") return `$.glance(${list})`;
    if (this.#mode === "sync") return `$.immediately(${list})`;
    return `(yield $.announce(${list}), $.perform() ? (yield, $.woken()) : $.result)`;
  }

  /** `a?.b(c)`: only the outermost link may be a call that reaches operations. */
  #chain(node: Tree): string {
    const link = node.expression as Tree;
    if (link.type !== "CallExpression") return this.#splice(node);
    const text = this.#call(link, true);
    if (this.#facts.callKind(link, this.#scopes) === "plain") return text;
    return this.#mode !== "generator" ? `$.sync(${text})` : `($.g(${text}) ? yield* $.v : $.v)`;
  }

  #isElement(node: Tree): boolean {
    return (
      node.type === "MemberExpression" &&
      node.computed === true &&
      !node.optional &&
      (node.object as Tree).type !== "Super" &&
      typeof (node.property as { value?: unknown }).value !== "string"
    );
  }

  #member(node: Tree): string {
    const property = node.computed
      ? `[${this.#emit(node.property as Tree)}]`
      : this.#text.slice((node.property as Tree).start, (node.property as Tree).end);
    const dot = node.optional ? "?." : node.computed ? "" : ".";
    return `${this.#emit(node.object as Tree)}${dot}${property}`;
  }

  #assignment(node: Tree): string {
    const left = node.left as Tree;
    const place = `${this.#emit(left.object as Tree)}, ${this.#emit(left.property as Tree)}`;
    const value = this.#emit(node.right as Tree);
    const operator = (node.operator as string).slice(0, -1);
    if (operator === "") return `$.w(${place}, ${value})`;
    this.#mustBePure(left);
    return `$.w(${place}, $.r(${place}) ${operator} (${value}))`;
  }

  #update(node: Tree): string {
    const place = node.argument as Tree;
    this.#mustBePure(place);
    const at = `${this.#emit(place.object as Tree)}, ${this.#emit(place.property as Tree)}`;
    const step = node.operator === "++" ? "+ 1" : "- 1";
    const back = node.operator === "++" ? "- 1" : "+ 1";
    return node.prefix ? `$.w(${at}, $.r(${at}) ${step})` : `($.w(${at}, $.r(${at}) ${step}) ${back})`;
  }

  #mustBePure(node: Tree): void {
    for (const child of children(node)) {
      if (/Call|New|Yield|Assignment|Update/.test(child.type))
        throw new Error(
          `cannot transform ${this.#text.slice(node.start, node.end)}: it would be evaluated twice`,
        );
      this.#mustBePure(child);
    }
  }
}
