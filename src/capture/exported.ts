/** Which classes a module exports, so that another thread finds the very class by importing the module. */
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Reference } from "../transfer/boundary.ts";
import { Symbolic } from "../transfer/boundary.ts";
import { fs, nodeModule, runtime } from "./lazy.ts";
import { noteClass } from "./resolve.ts";
import type { FunctionInfo, Syntax } from "./scopes.ts";
import type { Source } from "./source.ts";

/** The classes that a module's text declares at its top and exports, by their nodes. */
export function exportedClasses({ body }: Syntax): ReadonlyMap<Syntax, string> {
  const declared = new Map<string, Syntax>();
  const exported = new Map<Syntax, string>();
  for (const statement of body as Syntax[]) {
    const { declaration } = statement;
    if (statement.type === "ExportDefaultDeclaration")
      noteClasses(declaration, declared, exported, "default");
    else if (statement.type === "ExportNamedDeclaration" && declaration)
      noteClasses(declaration, declared, exported, undefined);
    else noteClasses(statement, declared);
  }
  for (const { type, source, specifiers } of body as Syntax[]) {
    if (type !== "ExportNamedDeclaration" || source) continue;
    for (const { local, exported: name } of specifiers as Syntax[]) {
      const node = declared.get(local.name);
      if (node) exported.set(node, name.name ?? name.value);
    }
  }
  return exported;
}

/** Notes what a statement declares; `as`: the name that it is exported by, undefined: its own. */
function noteClasses(
  node: Syntax,
  declared: Map<string, Syntax>,
  exported?: Map<Syntax, string>,
  as?: string,
): void {
  if (node.type === "ClassDeclaration") {
    if (node.id) declared.set(node.id.name, node);
    exported?.set(node, as ?? node.id.name);
  } else if (node.type === "VariableDeclaration") {
    for (const { id, init } of node.declarations as Syntax[]) {
      if (id.type !== "Identifier" || init?.type !== "ClassExpression") continue;
      declared.set(id.name, init);
      exported?.set(init, id.name);
    }
  }
}

/** How every thread finds a class that stands there; undefined: its code must travel. */
export function moduleExport(cls: object, source: Source, info: FunctionInfo): Symbolic | undefined {
  const { url: file } = source;
  if (!file.startsWith("file:") || source.references || isEntry(file)) return undefined;
  const reference = source.isCommonJs ? required(cls, file) : imported(source, info);
  if (reference === undefined) return undefined;
  noteClass(reference, cls);
  return new Symbolic(reference);
}

function imported({ exported, url: file }: Source, { node }: FunctionInfo): Reference | undefined {
  const name = exported.get(node);
  return name === undefined ? undefined : { type: "import", file, specifier: file, name };
}

function required(cls: object, file: string): Reference | undefined {
  const specifier = fileURLToPath(file);
  const exports = nodeModule().createRequire(file).cache[specifier]?.exports;
  if (exports === cls) return { type: "require", file, specifier };
  if (typeof exports !== "object" || exports === null) return undefined;
  const found = Object.entries(Object.getOwnPropertyDescriptors(exports)).find(
    ([, { value, get }]) => value === cls || (get && valueOf(exports, get) === cls),
  );
  return found && { type: "require", file, specifier, name: found[0] };
}

/** Compilers export by getters, which may stand for a name that is not initialised yet. */
function valueOf(exports: object, get: () => unknown): unknown {
  try {
    return get.call(exports);
  } catch {
    return undefined;
  }
}

let entry: string | undefined;

/** To import the program itself in a thread would be to run it again. */
function isEntry(file: string): boolean {
  entry ??= entryUrl(runtime().argv[1]);
  return file === entry;
}

function entryUrl(path: string | undefined): string {
  try {
    return path === undefined ? "" : pathToFileURL(fs().realpathSync(path)).href;
  } catch {
    return path === undefined ? "" : pathToFileURL(path).href;
  }
}
