/** What the files under src/ say: their imports and the free names that they use. For tests of the structure. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { type Node, parse } from "acorn";
import { transformSync } from "esbuild";
import { root } from "./child.ts";

export interface Source {
  /** Path below src/, with slashes. */
  file: string;
  lines: number;
  /** Every `import`/`export … from`/`import()`: the specifier as written, type-only ones included. */
  imports: Import[];
  /** Names that the file uses and does not declare, with what is done to them: `process`, `Atomics.wait`, `new Date`. */
  globals: Set<string>;
}
export interface Import {
  specifier: string;
  /** Imported names as the other file calls them; `*` for all of them. */
  names: string[];
}

const STATEMENT =
  /^[ \t]*(?:import|export)\b(?:\s+type\b)?(?<clause>[^;"'`(]*?)(?:\bfrom\s*)?["'](?<specifier>[^"']+)["']|\bimport\(\s*["'](?<dynamic>[^"']+)["']/gm;

export function readSources(): Source[] {
  const base = path.join(root, "src");
  return listFiles(base).map((full) => {
    const text = readFileSync(full, "utf8");
    const file = path.relative(base, full).split(path.sep).join("/");
    // Types are gone after this, import statements are not.
    const script = transformSync(text, {
      loader: "ts",
      target: "es2022",
      tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
    }).code;
    const program = parse(script, { ecmaVersion: 2022, sourceType: "module" });
    const imports = importsOf(text);
    for (const specifier of specifiersOf(program)) {
      if (!imports.some((found) => found.specifier === specifier)) {
        throw new Error(
          `src/${file}: the import of "${specifier}" was not recognised. Mend STATEMENT in this file.`,
        );
      }
    }
    return { file, lines: text.split("\n").length - 1, imports, globals: globalsOf(program) };
  });
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const full = path.join(folder, entry.name);
    return entry.isDirectory() ? listFiles(full) : entry.name.endsWith(".ts") ? [full] : [];
  });
}

function importsOf(text: string): Import[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
  return [...code.matchAll(STATEMENT)].map(({ groups }) => {
    const clause = groups!.clause ?? "*";
    const braces = /\{([^}]*)\}/.exec(clause);
    const names = (braces?.[1] ?? "")
      .split(",")
      .map((name) =>
        name
          .trim()
          .replace(/^type\s+/, "")
          .replace(/\s+as\s.*$/, ""),
      )
      .filter((name) => name !== "");
    if (clause.includes("*")) names.push("*");
    return { specifier: groups!.specifier ?? groups!.dynamic!, names };
  });
}

type Tree = Node & Record<string, unknown>;

function* children(node: Tree): Generator<Tree> {
  for (const value of Object.values(node)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item !== null && typeof item === "object" && typeof (item as Tree).type === "string")
        yield item as Tree;
    }
  }
}

function* walk(node: Tree): Generator<Tree> {
  yield node;
  for (const child of children(node)) yield* walk(child);
}

function* specifiersOf(program: Node): Generator<string> {
  for (const node of walk(program as Tree)) {
    const source = node.source as { value?: unknown } | null | undefined;
    if (/^(Import|Export)/.test(node.type) && typeof source?.value === "string") yield source.value;
  }
}

/** Good enough for names like `Atomics`: a name that is declared anywhere in the file does not count. */
function globalsOf(program: Node): Set<string> {
  const declared = new Set<string>();
  const used = new Set<string>();
  const declare = (node: unknown): void => {
    for (const name of node ? walk(node as Tree) : [])
      if (name.type === "Identifier") declared.add(name.name as string);
  };
  const visit = (node: Tree): void => {
    switch (node.type) {
      case "ImportDeclaration":
        for (const specifier of node.specifiers as Tree[]) declare(specifier.local);
        return;
      case "ExportNamedDeclaration":
        if (node.source) return;
        break;
      case "VariableDeclarator":
      case "FunctionDeclaration":
      case "ClassDeclaration":
        declare(node.id);
        break;
      case "NewExpression": {
        const callee = node.callee as Tree;
        if (callee.type === "Identifier") used.add(`new ${callee.name}`);
        break;
      }
      case "MemberExpression": {
        const object = node.object as Tree;
        const property = node.property as Tree;
        if (object.type === "Identifier" && !node.computed) used.add(`${object.name}.${property.name}`);
        visit(object);
        if (node.computed) visit(property);
        return;
      }
      case "Property":
      case "PropertyDefinition":
      case "MethodDefinition":
        if (node.computed) visit(node.key as Tree);
        if (node.value) visit(node.value as Tree);
        return;
      case "Identifier":
        used.add(node.name as string);
        return;
    }
    if (/Function/.test(node.type)) for (const parameter of node.params as Tree[]) declare(parameter);
    for (const child of children(node)) visit(child);
  };
  visit(program as Tree);
  return new Set([...used].filter((name) => !declared.has(name.replace(/^new /, "").split(".")[0])));
}
