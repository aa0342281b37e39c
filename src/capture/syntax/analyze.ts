/**
 * Scope analysis of one parsed source text: which bindings every function in it captures, how it uses them, and
 * what it needs of its surroundings. Works on any ESTree, so that build-time tools can use it with their parsers.
 */
import { importsOf } from "./imports.ts";
import { mutatedVariable } from "./mutations.ts";
import { type Binding, FunctionInfo, type Need, patternNames, Scope, type Syntax } from "./scopes.ts";
import { resolve, type Use } from "./uses.ts";

export interface Analysis {
  readonly functions: readonly FunctionInfo[];
  readonly root: Scope;
  /** Identifiers that stand for `name: name` in an object literal. */
  readonly shorthand: ReadonlySet<Syntax>;
}

const isStrictBody = (body: unknown) =>
  Array.isArray(body) &&
  body.some((s: Syntax) => s.directive === "use strict" && s.type === "ExpressionStatement");

class Walk {
  readonly functions: FunctionInfo[] = [];
  readonly shorthand = new Set<Syntax>();
  readonly root: Scope;
  readonly #uses: Use[] = [];
  readonly #mutated = new Map<Syntax, Syntax>();
  #scope: Scope;

  constructor(program: Syntax, strict: boolean, found?: Map<Syntax, Binding>) {
    this.root = this.#scope = new Scope(undefined, true, strict || isStrictBody(program.body));
    for (const statement of program.body) this.#visit(statement);
    for (const use of this.#uses) resolve(use, this.#mutated, found);
  }

  #use(id: Syntax, write: boolean): void {
    this.#uses.push({ id, scope: this.#scope, write });
  }

  /** Notes a need on every function up to the one that satisfies it. */
  #need(need: Need, node: Syntax): void {
    for (let s: Scope | undefined = this.#scope; s; s = s.parent) {
      const info = s.owner;
      if (!info) continue;
      if (need === "privateName" && info.privateNames.has(node.name)) return;
      const transparent = need === "eval" || need === "privateName" || info.isArrow || info.inHead;
      if (transparent || (need === "super" && !info.isClass)) {
        if (!info.needs.has(need)) info.needs.set(need, node);
      }
      if (!transparent) return;
    }
  }

  #meta(node: Syntax): void {
    for (let s: Scope | undefined = this.#scope; s; s = s.parent) s.owner?.metas.push(node);
  }

  #within(scope: Scope, body: () => void): void {
    const outer = this.#scope;
    this.#scope = scope;
    body();
    this.#scope = outer;
  }

  #block(body: () => void): void {
    this.#within(new Scope(this.#scope, false, this.#scope.strict), body);
  }

  #all(nodes: (Syntax | null)[] | undefined): void {
    if (nodes) for (const node of nodes) this.#visit(node);
  }

  #children(node: Syntax): void {
    for (const key in node) {
      const value = node[key];
      if (Array.isArray(value)) {
        for (const item of value) if (typeof item?.type === "string") this.#visit(item);
      } else if (typeof value?.type === "string") this.#visit(value);
    }
  }

  /** A pattern that assigns to existing variables. */
  #assign(target: Syntax | null): void {
    switch (target?.type) {
      case undefined:
        return;
      case "Identifier":
        this.#use(target!, true);
        return;
      case "ObjectPattern":
        for (const p of target!.properties) {
          if (p.computed) this.#visit(p.key);
          this.#assign(p.type === "RestElement" ? p.argument : p.value);
        }
        return;
      case "ArrayPattern":
        for (const element of target!.elements) this.#assign(element);
        return;
      case "AssignmentPattern":
        this.#assign(target!.left);
        this.#visit(target!.right);
        return;
      case "RestElement":
        this.#assign(target!.argument);
        return;
      default:
        this.#visit(target);
        return;
    }
  }

  /** The expressions inside a pattern that declares: defaults and computed keys. */
  #defaults(pattern: Syntax | null): void {
    switch (pattern?.type) {
      case "ObjectPattern":
        for (const p of pattern.properties) {
          if (p.computed) this.#visit(p.key);
          this.#defaults(p.type === "RestElement" ? p.argument : p.value);
        }
        return;
      case "ArrayPattern":
        for (const element of pattern.elements) this.#defaults(element);
        return;
      case "AssignmentPattern":
        this.#defaults(pattern.left);
        this.#visit(pattern.right);
        return;
      case "RestElement":
        this.#defaults(pattern.argument);
        return;
    }
  }

  #function(node: Syntax, member?: Syntax): void {
    const strict = this.#scope.strict || isStrictBody(node.body.body);
    const info = new FunctionInfo(node, member, strict);
    this.functions.push(info);
    const scope = new Scope(this.#scope, true, strict, info);
    this.#within(scope, () => {
      if (node.type === "FunctionExpression" && node.id) scope.declare(node.id.name, "self", node);
      if (!info.isArrow) scope.declare("arguments", "arguments", node);
      for (const param of node.params)
        for (const id of patternNames(param)) scope.declare(id.name, "param", node);
      for (const param of node.params) this.#defaults(param);
      if (node.body.type === "BlockStatement") this.#all(node.body.body);
      else this.#visit(node.body);
    });
  }

  #class(node: Syntax): void {
    const info = new FunctionInfo(node, undefined, true);
    this.functions.push(info);
    const scope = new Scope(this.#scope, false, true, info);
    this.#within(scope, () => {
      if (node.id) scope.declare(node.id.name, "self", node);
      const head = (expression: Syntax | null) => {
        info.inHead = true;
        this.#visit(expression);
        info.inHead = false;
      };
      head(node.superClass);
      for (const member of node.body.body) {
        if (member.computed) head(member.key);
        if (member.type === "StaticBlock") {
          this.#within(new Scope(scope, true, true), () => this.#all(member.body));
        } else if (member.type === "MethodDefinition") this.#function(member.value, member);
        else this.#visit(member.value);
      }
    });
  }

  #declareAll(node: Syntax): void {
    const kind = node.kind === "var" || node.kind === "let" ? node.kind : "const";
    const scope = kind === "var" ? this.#scope.varScope : this.#scope;
    for (const declarator of node.declarations) {
      for (const id of patternNames(declarator.id)) scope.declare(id.name, kind, node, { declarator });
      this.#defaults(declarator.id);
      this.#visit(declarator.init);
    }
  }

  #visit(node: Syntax | null | undefined): void {
    if (!node) return;
    const changed = mutatedVariable(node);
    if (changed) this.#mutated.set(changed, node);
    switch (node.type) {
      case "Identifier":
        this.#use(node, false);
        return;
      case "PrivateIdentifier":
        this.#need("privateName", node);
        return;
      case "ThisExpression":
        this.#need("this", node);
        return;
      case "Super":
        this.#need("super", node);
        return;
      case "MetaProperty":
        if (node.meta.name === "import") this.#meta(node);
        else this.#need("newTarget", node);
        return;
      case "FunctionDeclaration":
        if (node.id) {
          this.#scope.declare(node.id.name, "function", node);
          // Annex B: in sloppy code a function in a block is also a variable of the function around it.
          const { varScope, strict } = this.#scope;
          if (!strict && !varScope.own(node.id.name)) varScope.declare(node.id.name, "var", node);
        }
        this.#function(node);
        return;
      case "FunctionExpression":
      case "ArrowFunctionExpression":
        this.#function(node);
        return;
      case "ClassDeclaration":
        if (node.id) this.#scope.declare(node.id.name, "class", node);
        this.#class(node);
        return;
      case "ClassExpression":
        this.#class(node);
        return;
      case "VariableDeclaration":
        this.#declareAll(node);
        return;
      case "ImportDeclaration":
        for (const { local, ...imported } of importsOf(node)) {
          this.root.declare(local, "import", node, { imported });
        }
        return;
      case "ExportAllDeclaration":
      case "BreakStatement":
      case "ContinueStatement":
        return;
      case "ExportNamedDeclaration":
        this.#visit(node.declaration);
        return;
      case "BlockStatement":
      case "SwitchStatement":
      case "ForStatement":
        this.#block(() => this.#children(node));
        return;
      case "ForInStatement":
      case "ForOfStatement":
        this.#block(() => {
          if (node.left.type === "VariableDeclaration") this.#visit(node.left);
          else this.#assign(node.left);
          this.#visit(node.right);
          this.#visit(node.body);
        });
        return;
      case "CatchClause":
        this.#block(() => {
          for (const id of patternNames(node.param)) this.#scope.declare(id.name, "catch", node);
          this.#defaults(node.param);
          this.#visit(node.body);
        });
        return;
      case "AssignmentExpression":
        this.#assign(node.left);
        if (node.operator !== "=" && node.left.type === "Identifier") this.#use(node.left, false);
        this.#visit(node.right);
        return;
      case "UpdateExpression":
        this.#assign(node.argument);
        return;
      case "MemberExpression":
        this.#visit(node.object);
        if (node.computed || node.property.type === "PrivateIdentifier") this.#visit(node.property);
        return;
      case "Property":
        if (node.computed) this.#visit(node.key);
        if (node.shorthand) this.shorthand.add(node.value);
        if (node.method || node.kind !== "init") this.#function(node.value, node);
        else this.#visit(node.value);
        return;
      case "LabeledStatement":
        this.#visit(node.body);
        return;
      case "CallExpression":
        if (node.callee.type === "Identifier" && node.callee.name === "eval") this.#need("eval", node);
        this.#children(node);
        return;
      default:
        this.#children(node);
        return;
    }
  }
}

/**
 * Analyses a whole program. `strict`: the text is a module, or runs as strict code for another reason. `found` takes
 * the binding of every identifier that uses one.
 */
export function analyze(program: Syntax, strict: boolean, found?: Map<Syntax, Binding>): Analysis {
  return new Walk(program, strict, found);
}
