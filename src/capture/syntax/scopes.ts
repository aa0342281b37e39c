/** Scopes and bindings: what the analysis of one source text knows about every name in it. */

/** A syntax node of the ESTree; the parser's own types add nothing here. */
// biome-ignore lint/suspicious/noExplicitAny: fields depend on `type`
export type Syntax = { type: string; start: number; end: number } & Record<string, any>;

type BindingKind =
  | "import"
  | "const"
  | "let"
  | "var"
  | "function"
  | "class"
  | "self"
  | "param"
  | "catch"
  | "arguments";

/** Where an imported name comes from; `name` is `default`, `*` for a namespace, or the exported name. */
export interface ImportOrigin {
  readonly specifier: string;
  readonly name: string;
  readonly attributes?: Record<string, string>;
}

/** One declared name. `writes` are the identifiers that assign to it after its declaration, `reads` the others: anywhere in the file. */
export interface Binding {
  readonly name: string;
  readonly kind: BindingKind;
  readonly scope: Scope;
  readonly declaration: Syntax;
  readonly declarator?: Syntax;
  readonly imported?: ImportOrigin;
  readonly writes: Syntax[];
  readonly reads: Syntax[];
}

/** How one function uses a binding that is declared outside it. */
export interface Capture {
  readonly binding: Binding;
  readonly reads: Syntax[];
  readonly writes: Syntax[];
  /** Nodes that change the object which the binding holds: `cache.set(…)`, `list.length = 0`, `delete o.x`. */
  readonly mutations: Syntax[];
}

/** A use of something that only the function's surroundings can give. */
export type Need = "this" | "super" | "newTarget" | "eval" | "privateName";

/** What is known of one function or class in the text. */
export class FunctionInfo {
  readonly node: Syntax;
  readonly isClass: boolean;
  readonly isArrow: boolean;
  /** The property or class member that this is the method, getter or setter of. */
  readonly member: Syntax | undefined;
  readonly strict: boolean;
  readonly captures = new Map<Binding, Capture>();
  readonly globals = new Map<string, Syntax>();
  readonly metas: Syntax[] = [];
  readonly needs = new Map<Need, Syntax>();
  readonly privateNames: ReadonlySet<string>;
  /** While `extends` and computed keys of a class are visited: their `this` is that of the surroundings. */
  inHead = false;

  constructor(node: Syntax, member: Syntax | undefined, strict: boolean) {
    this.node = node;
    this.isClass = node.type === "ClassDeclaration" || node.type === "ClassExpression";
    this.isArrow = node.type === "ArrowFunctionExpression";
    this.member = member;
    this.strict = strict;
    const members: Syntax[] = this.isClass ? node.body.body : [];
    this.privateNames = new Set(
      members.filter((m) => m.key?.type === "PrivateIdentifier").map((m) => m.key.name),
    );
  }
}

export class Scope {
  readonly parent: Scope | undefined;
  readonly takesVar: boolean;
  /** The function or class whose inside this is the outermost scope of. */
  readonly owner: FunctionInfo | undefined;
  readonly strict: boolean;
  readonly #bindings = new Map<string, Binding>();

  constructor(parent: Scope | undefined, takesVar: boolean, strict: boolean, owner?: FunctionInfo) {
    this.parent = parent;
    this.takesVar = takesVar;
    this.strict = strict;
    this.owner = owner;
  }

  get varScope(): Scope {
    let scope: Scope = this;
    while (!scope.takesVar) scope = scope.parent!;
    return scope;
  }

  declare(name: string, kind: BindingKind, declaration: Syntax, extra?: Partial<Binding>): Binding {
    const known = this.#bindings.get(name);
    if (known && known.kind !== "arguments" && known.kind !== "self") {
      // A second `var x = …` or `function x` assigns to the same binding.
      if (kind === "function" || extra?.declarator?.init) known.writes.push(declaration);
      return known;
    }
    const binding = { name, kind, scope: this, declaration, writes: [], reads: [], ...extra };
    this.#bindings.set(name, binding);
    return binding;
  }

  own(name: string): Binding | undefined {
    return this.#bindings.get(name);
  }
}

/** The identifiers that a declaration pattern declares. */
export function patternNames(pattern: Syntax | null, out: Syntax[] = []): Syntax[] {
  switch (pattern?.type) {
    case "Identifier":
      out.push(pattern);
      break;
    case "ObjectPattern":
      for (const p of pattern.properties) patternNames(p.type === "RestElement" ? p.argument : p.value, out);
      break;
    case "ArrayPattern":
      for (const p of pattern.elements) patternNames(p, out);
      break;
    case "AssignmentPattern":
      patternNames(pattern.left, out);
      break;
    case "RestElement":
      patternNames(pattern.argument, out);
      break;
  }
  return out;
}
