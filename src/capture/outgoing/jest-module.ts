/**
 * ES modules that Jest compiled, in the form that Vite gives to modules: a thread runs them by what it has for those, see
 * tools/run-vite.ts. Lines stay.
 */
import { acorn } from "../lazy.ts";
import { withScripts } from "../source/peek.ts";
import { analyze } from "../syntax/analyze.ts";
import { type Edit, edited } from "../syntax/edits.ts";
import { type Binding, patternNames, type Syntax } from "../syntax/scopes.ts";
import type { ConvertedModule, Reading } from "../tools/jest-imports.ts";

/** undefined: no ES module. */
export function converted(text: string): ConvertedModule | undefined {
  let program: Syntax;
  try {
    program = acorn().parse(text, { ecmaVersion: "latest", sourceType: "module" }) as unknown as Syntax;
  } catch {
    return undefined;
  }
  const isModule = (program.body as Syntax[]).some((s) => /^(Import|Export)\w*Declaration$/.test(s.type));
  return isModule ? new Converter(text, program).convert() : undefined;
}

class Converter {
  readonly #text: string;
  readonly #program: Syntax;
  readonly #edits: Edit[] = [];
  /** What stands in front: imports, and getters of exports, which other modules of a circle need at once. */
  readonly #imports: string[] = [];
  readonly #exports: string[] = [];
  readonly #specifiers = new Set<string>();
  /** By local name. */
  readonly #imported = new Map<string, string>();

  constructor(text: string, program: Syntax) {
    this.#text = text;
    this.#program = program;
  }

  convert(): ConvertedModule {
    const bindings = new Map<Syntax, Binding>();
    const { shorthand } = analyze(this.#program, true, bindings);
    for (const statement of this.#program.body as Syntax[]) this.#import(statement);
    for (const statement of this.#program.body as Syntax[]) this.#export(statement);
    this.#metas(this.#program);
    for (const node of dynamicImports(this.#program)) this.#dynamic(node);
    for (const [id, binding] of bindings) {
      const read = binding.imported && this.#imported.get(id.name);
      if (read) this.#edits.push({ ...rangeOf(id), text: shorthand.has(id) ? `${id.name}:${read}` : read });
    }
    // What is replaced as a whole has no edits of its own.
    const edits = this.#edits.filter(
      ({ start, end }) =>
        !this.#edits.some((e) => e.start <= start && end <= e.end && e.end - e.start > end - start),
    );
    const code = edited(this.#text, 0, this.#text.length, edits);
    return {
      code: `${this.#exports.join("")}${this.#imports.join("")}${code}`,
      specifiers: [...this.#specifiers],
    };
  }

  /** The name of the imported module. */
  #load(specifier: string): string {
    const name = `__jest_import_${this.#imports.length}__`;
    this.#specifiers.add(specifier);
    this.#imports.push(`const ${name}=await __vite_ssr_import__(${JSON.stringify(specifier)});`);
    return name;
  }

  #import(statement: Syntax): void {
    if (statement.type !== "ImportDeclaration") return;
    const from = this.#load(statement.source.value);
    for (const { type, imported, local } of statement.specifiers as Syntax[]) {
      const name = type === "ImportDefaultSpecifier" ? "default" : imported && nameOf(imported);
      this.#imported.set(local.name, name === undefined ? from : `${from}[${JSON.stringify(name)}]`);
    }
    this.#edits.push({ ...rangeOf(statement), text: "" });
  }

  #export(statement: Syntax): void {
    const { type, declaration, source, specifiers, exported, start } = statement;
    if (type === "ExportAllDeclaration") {
      const from = this.#load(source.value);
      if (exported) this.#getter(nameOf(exported), from);
      else this.#imports.push(`__vite_ssr_exportAll__(${from});`);
      this.#edits.push({ ...rangeOf(statement), text: "" });
    } else if (type === "ExportDefaultDeclaration") {
      const isNamed = /^(Function|Class)Declaration$/.test(declaration.type) && declaration.id;
      this.#getter("default", isNamed ? declaration.id.name : "__jest_default__");
      const text = isNamed ? "" : "const __jest_default__=";
      this.#edits.push({ start, end: declaration.start, text });
    } else if (type === "ExportNamedDeclaration" && declaration) {
      const names: string[] = declaration.id
        ? [declaration.id.name]
        : declaration.declarations.flatMap(({ id }: Syntax) => patternNames(id).map(({ name }) => name));
      for (const name of names) this.#getter(name, name);
      this.#edits.push({ start, end: declaration.start, text: "" });
    } else if (type === "ExportNamedDeclaration") {
      const from = source && this.#load(source.value);
      for (const { local, exported } of specifiers as Syntax[]) {
        const name = nameOf(local);
        const read = from ? `${from}[${JSON.stringify(name)}]` : (this.#imported.get(name) ?? name);
        this.#getter(nameOf(exported), read);
      }
      this.#edits.push({ ...rangeOf(statement), text: "" });
    }
  }

  #getter(name: string, read: string): void {
    this.#exports.push(`__vite_ssr_exportName__(${JSON.stringify(name)},()=>${read});`);
  }

  #metas(node: Syntax): void {
    if (node.type === "MetaProperty" && node.meta.name === "import")
      this.#edits.push({ ...rangeOf(node), text: "__vite_ssr_import_meta__" });
    for (const child of childrenOf(node)) this.#metas(child);
  }

  #dynamic({ start, source }: Syntax): void {
    if (typeof source.value === "string") this.#specifiers.add(source.value);
    this.#edits.push({ start, end: start + "import".length, text: "__vite_ssr_dynamic_import__" });
  }
}

/** Every `import()` in a node. */
export function dynamicImports(node: Syntax, found: Syntax[] = []): Syntax[] {
  if (node.type === "ImportExpression") found.push(node);
  for (const child of childrenOf(node)) dynamicImports(child, found);
  return found;
}

function childrenOf(node: Syntax): Syntax[] {
  return Object.values(node)
    .flat()
    .filter((value) => typeof (value as Syntax | null)?.type === "string") as Syntax[];
}

/** What tools/jest-imports.ts reads modules with. */
export const READING: Reading = { withScripts, converted };

const rangeOf = ({ start, end }: Syntax) => ({ start, end });
const nameOf = (node: Syntax): string => node.name ?? String(node.value);
