/** One module as the lift sees it: its syntax, the binding of every name, and where calls and assignments lead. */
import { type Analysis, analyze } from "../capture/syntax/analyze.ts";
import type { Binding, FunctionInfo, ImportOrigin, Syntax } from "../capture/syntax/scopes.ts";

/** The names under which this library is imported. */
const LIBRARY = "threadkit";

export class Module {
  readonly text: string;
  readonly program: Syntax;
  readonly analysis: Analysis;
  readonly infos = new Map<Syntax, FunctionInfo>();
  /** Every node but the program, from the outside to the inside. */
  readonly nodes: Syntax[] = [];
  readonly #parents = new Map<Syntax, Syntax>();
  readonly #bindings = new Map<Syntax, Binding>();
  readonly #calls = new Map<Binding, Syntax[]>();
  readonly #assigned = new Map<Binding, Syntax[]>();

  constructor(text: string, program: Syntax) {
    this.text = text;
    this.program = program;
    this.analysis = analyze(program, true, this.#bindings);
    for (const info of this.analysis.functions) this.infos.set(info.node, info);
    this.#walk(program);
  }

  #walk(node: Syntax): void {
    for (const key in node) {
      const value = node[key];
      if (Array.isArray(value)) {
        for (const item of value) if (typeof item?.type === "string") this.#enter(item, node);
      } else if (typeof value?.type === "string") this.#enter(value, node);
    }
  }

  #enter(node: Syntax, parent: Syntax): void {
    this.#parents.set(node, parent);
    this.nodes.push(node);
    if (node.type === "CallExpression") this.#note(this.#calls, node.callee, node);
    else if (node.type === "AssignmentExpression") this.#note(this.#assigned, node.left, node.right);
    this.#walk(node);
  }

  #note(map: Map<Binding, Syntax[]>, id: Syntax, node: Syntax): void {
    const binding = this.#bindings.get(id);
    if (!binding) return;
    const list = map.get(binding);
    if (list) list.push(node);
    else map.set(binding, [node]);
  }

  parentOf(node: Syntax): Syntax | undefined {
    return this.#parents.get(node);
  }

  /** What a name stands for where it is used. */
  bindingOf(id: Syntax): Binding | undefined {
    return this.#bindings.get(id);
  }

  callsOf(binding: Binding): readonly Syntax[] {
    return this.#calls.get(binding) ?? [];
  }

  /** What is assigned to a variable after its declaration. */
  assignedTo(binding: Binding): readonly Syntax[] {
    return this.#assigned.get(binding) ?? [];
  }

  /** The name in this library of what an expression names: `Thread`, or `tk.Thread` after `import * as tk`. */
  libraryName(node: Syntax | null | undefined): string | undefined {
    if (node?.type === "Identifier") {
      const origin = this.bindingOf(node)?.imported;
      return origin?.specifier === LIBRARY ? origin.name : undefined;
    }
    const isMember = node?.type === "MemberExpression" && !node.computed;
    return isMember && this.libraryName(node.object) === "*" ? node.property.name : undefined;
  }

  /** Not of modules: `require` and `module.exports` need other code around them. */
  isCommonJs(): boolean {
    const { body } = this.program;
    if (body.some((s: Syntax) => /^(Import|Export)/.test(s.type) && s.type !== "ImportExpression"))
      return false;
    return /\b(require\s*\(|module\.exports\b|exports\.\w)/.test(this.text);
  }
}

/** Classes of errors at the top of a module: each thread that imports it has them. */
export function errorClasses(module: Module): Syntax[] {
  const found = new Set<Syntax>();
  for (const statement of module.program.body as Syntax[]) {
    const node = statement.type.startsWith("Export") ? statement.declaration : statement;
    if (node?.type !== "ClassDeclaration" || !node.id || node.superClass?.type !== "Identifier") continue;
    const binding = module.bindingOf(node.superClass);
    if (/Error$/.test(node.superClass.name) || (binding && found.has(binding.declaration))) found.add(node);
  }
  return [...found];
}

/** Where a binding comes from if a slice is to import it; undefined: its value travels. */
export function importedAs(binding: Binding): ImportOrigin | undefined {
  const { imported } = binding;
  // Names of this library cross by name: bundled, it would be there twice.
  if (imported) return imported.specifier === LIBRARY && imported.name !== "*" ? undefined : imported;
  return awaited(binding);
}

/** `const { x } = await import("./x.js")` at the top of a module is an import, too. */
function awaited({ kind, name, scope, declarator, writes }: Binding): ImportOrigin | undefined {
  const init = declarator?.init;
  if (kind !== "const" || scope.parent !== undefined || writes.length > 0) return undefined;
  if (init?.type !== "AwaitExpression" || init.argument.type !== "ImportExpression") return undefined;
  const { source, options } = init.argument;
  if (options != null || typeof source.value !== "string") return undefined;
  const { id } = declarator!;
  if (id.type === "Identifier") return { specifier: source.value, name: "*" };
  const property = id.properties?.find(
    (p: Syntax) =>
      p.type === "Property" && !p.computed && p.value.type === "Identifier" && p.value.name === name,
  );
  return property && { specifier: source.value, name: property.key.name ?? String(property.key.value) };
}

const NAMING = new Set(["=", "&&=", "||=", "??="]);

/** The name that a function or class without one of its own gets from where it stands. */
export function nameFor(node: Syntax, parent: Syntax | undefined): string {
  if (node.id) return node.id.name;
  switch (parent?.type) {
    case "VariableDeclarator":
      return parent.init === node && parent.id.type === "Identifier" ? parent.id.name : "";
    case "AssignmentExpression":
      return NAMING.has(parent.operator) && parent.left.type === "Identifier" ? parent.left.name : "";
    case "AssignmentPattern":
      return parent.left.type === "Identifier" ? parent.left.name : "";
    case "Property":
    case "PropertyDefinition":
      return parent.computed || parent.value !== node ? "" : keyOf(parent.key);
    case "ExportDefaultDeclaration":
      return "default";
    default:
      return "";
  }
}

export function keyOf(key: Syntax): string {
  if (key.type === "PrivateIdentifier") return `#${key.name}`;
  return key.type === "Identifier" ? key.name : String(key.value);
}
