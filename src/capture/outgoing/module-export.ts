/** The module that exports a class, so that another thread finds the very class by importing it. */
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Reference } from "../../transfer/boundary.ts";
import { Symbolic } from "../../transfer/boundary.ts";
import { noteClass } from "../incoming/classes.ts";
import { exportName, type Namespace } from "../incoming/module-parts.ts";
import { jestRequire } from "../jest-require.ts";
import { nodeModule, runtime } from "../lazy.ts";
import { withScripts } from "../source/peek.ts";
import type { Source } from "../source/source.ts";
import type { FunctionInfo } from "../syntax/scopes.ts";
import { testRunner } from "../tools.ts";
import { READING } from "./jest-module.ts";

/** How every thread finds a class that stands there; undefined: its code must travel. */
export function moduleExport(cls: object, source: Source, info: FunctionInfo): Symbolic | undefined {
  const { url: file } = source;
  if (!file.startsWith("file:") || source.references || isEntry(file)) return undefined;
  const runner = testRunner();
  const tool = runner?.viteExport(cls, file) ?? runner?.compiledExport(cls);
  const reference: Reference | undefined =
    tool ?? (source.isCommonJs ? required(cls, file) : imported(source, info));
  if (reference === undefined) return undefined;
  noteClass(reference, cls);
  return new Symbolic(reference);
}

function imported({ exported, url: file }: Source, { node }: FunctionInfo): Reference | undefined {
  const name = exported.get(node);
  if (name === undefined) return undefined;
  const modules = testRunner()?.jestImports(file, READING);
  return modules === undefined
    ? { type: "import", file, specifier: file, name }
    : { type: "import", file, specifier: fileURLToPath(file), modules, name };
}

function required(cls: object, file: string): Reference | undefined {
  const specifier = fileURLToPath(file);
  const cache = jestRequire()?.cache ?? nodeModule().createRequire(file).cache;
  const exports = cache[specifier]?.exports;
  const modules = testRunner()?.jestModules(file, withScripts);
  const reference = { type: "require", file, specifier, ...(modules && { modules }) } as const;
  if (exports === cls) return reference;
  if (typeof exports !== "object" || exports === null) return undefined;
  const name = exportName(exports as Namespace, cls);
  return name === undefined ? undefined : { ...reference, name };
}

let entry: string | undefined;

/** To import the program itself in a thread would be to run it again. */
function isEntry(file: string): boolean {
  entry ??= entryUrl(runtime().argv[1]);
  return file === entry || file === testRunner()?.jestTest();
}

/** The file that `node path` runs: the path may lack an ending, or lead there by a link. */
function entryUrl(path: string | undefined): string {
  if (path === undefined) return "";
  try {
    return pathToFileURL(nodeModule().createRequire(path).resolve(path)).href;
  } catch {
    return pathToFileURL(path).href;
  }
}
