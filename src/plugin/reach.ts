/** From what is handed to threads to every function and class of the module that may come along. */
import type { Binding, Syntax } from "../capture/syntax/scopes.ts";
import { importedAs, type Module } from "./module.ts";

/** What is to be lifted: functions and classes, and expressions that name a function of another module. */
export class Reach {
  /** With: is it handed over for certain? */
  readonly functions = new Map<Syntax, boolean>();
  readonly foreign = new Set<Syntax>();
  readonly #module: Module;
  readonly #seen = new Set<Binding>();
  readonly #certain = new Set<Binding>();
  readonly #inside = new Set<Syntax>();

  constructor(module: Module) {
    this.#module = module;
  }

  /** Functions that the value of an expression may be or hold. */
  value(node: Syntax | null | undefined, certain = false): void {
    switch (node?.type) {
      case "ArrowFunctionExpression":
      case "FunctionExpression":
      case "FunctionDeclaration":
      case "ClassDeclaration":
      case "ClassExpression":
        this.#function(node, certain);
        return;
      case "Identifier":
        this.#name(node, certain);
        return;
      case "MemberExpression":
        if (isForeignPath(this.#module, node)) this.foreign.add(node);
        else this.value(node.object);
        return;
      case "ObjectExpression":
        for (const property of node.properties)
          if (property.type === "SpreadElement") this.value(property.argument);
          else if (property.kind === "init") this.value(property.value);
        return;
      case "ArrayExpression":
        for (const element of node.elements) this.value(element);
        return;
      case "ConditionalExpression":
        this.value(node.consequent, certain);
        this.value(node.alternate, certain);
        return;
      case "LogicalExpression":
        this.value(node.left);
        this.value(node.right);
        return;
      case "AssignmentExpression":
        this.value(node.right);
        return;
      case "SequenceExpression":
        this.value(node.expressions.at(-1), certain);
        return;
      case "SpreadElement":
      case "AwaitExpression":
        this.value(node.argument);
        return;
      case "ChainExpression":
      case "ParenthesizedExpression":
        this.value(node.expression, certain);
        return;
      case "NewExpression":
        for (const argument of node.arguments) this.value(argument);
        return;
      case "CallExpression":
        for (const argument of node.arguments) this.value(argument);
        this.#results(node.callee);
        return;
    }
  }

  #function(node: Syntax, certain: boolean): void {
    const known = this.functions.get(node);
    if (known !== undefined && (known || !certain)) return;
    this.functions.set(node, certain);
    for (const { binding, reads } of this.#module.infos.get(node)?.captures.values() ?? [])
      if (reads.length > 0) this.#binding(binding, certain);
  }

  #name(id: Syntax, certain: boolean): void {
    const binding = this.#module.bindingOf(id);
    if (!binding) return;
    if (importedAs(binding)) this.foreign.add(id);
    else this.#binding(binding, certain);
  }

  /** Functions that a variable may hold. */
  #binding(binding: Binding, certain: boolean): void {
    if (this.#certain.has(binding) || (this.#seen.has(binding) && !certain)) return;
    this.#seen.add(binding);
    if (certain) this.#certain.add(binding);
    if (importedAs(binding)) return;
    const { kind, declaration, declarator } = binding;
    if (
      kind === "function" ||
      kind === "class" ||
      (kind === "self" && declaration.type !== "FunctionDeclaration")
    )
      this.value(declaration, certain && kind !== "self");
    else if (kind === "param") this.#arguments(binding);
    else if (declarator) this.value(declarator.init, certain && declarator.id.type === "Identifier");
    for (const value of this.#module.assignedTo(binding)) this.value(value);
  }

  /** What the module's own calls of a function give for a parameter. */
  #arguments({ name, declaration }: Binding): void {
    const index = declaration.params.findIndex(
      (param: Syntax) => (param.type === "AssignmentPattern" ? param.left : param).name === name,
    );
    const owner = this.#nameOf(declaration);
    if (index < 0 || !owner) return;
    for (const call of this.#module.callsOf(owner)) this.value(call.arguments[index]);
  }

  /** The binding at the top of the module that holds a function. */
  #nameOf(node: Syntax): Binding | undefined {
    const parent = this.#module.parentOf(node);
    const id = node.id ?? (parent?.type === "VariableDeclarator" ? parent.id : undefined);
    return id?.type === "Identifier" ? this.#module.analysis.root.own(id.name) : undefined;
  }

  /** Functions that a function of the module may return when it is called: any that stands in it. */
  #results(callee: Syntax): void {
    const binding = callee.type === "Identifier" ? this.#module.bindingOf(callee) : undefined;
    const made = binding?.kind === "function" ? binding.declaration : binding?.declarator?.init;
    const node = binding ? made : callee;
    if (!node || !this.#module.infos.has(node) || this.#inside.has(node)) return;
    this.#inside.add(node);
    for (const inner of this.#module.infos.keys())
      if (inner.start > node.start && inner.end <= node.end) this.value(inner);
  }
}

/** `jobs.resize` after `import * as jobs`, or a member of an imported object. */
function isForeignPath(module: Module, node: Syntax): boolean {
  let path = node;
  while (path.type === "MemberExpression" && !path.computed && path.property.type === "Identifier")
    path = path.object;
  const binding = path.type === "Identifier" ? module.bindingOf(path) : undefined;
  return binding !== undefined && importedAs(binding) !== undefined && module.libraryName(path) === undefined;
}
