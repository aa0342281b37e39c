/** ES modules as Jest evaluated them: V8 has their code, and they cross from there in the form of Vite's. */
import { fileURLToPath, pathToFileURL } from "node:url";
import { jestRequire } from "../jest-require.ts";
import { fs } from "../lazy.ts";
import { ownText, resolved, type WithScripts } from "./jest.ts";
import { blockOf, type CompiledModule, type ToolOrigin } from "./tables.ts";

export interface ConvertedModule {
  readonly code: string;
  /** Of what it imports, dynamic imports included. */
  readonly specifiers: readonly string[];
}

/** What the part that packs closures has for reading code: see outgoing/jest-module.ts. */
export interface Reading {
  readonly withScripts: WithScripts;
  converted(text: string): ConvertedModule | undefined;
}

/** How a thread imports what an ES module of Jest's imports as `specifier`; undefined: by Node, as anywhere. */
export function jestImport(specifier: string, url: string, reading: Reading): ToolOrigin | undefined {
  if (jestRequire() === undefined || !url.startsWith("file:")) return undefined;
  const path = resolvedFrom(fileURLToPath(url), specifier);
  const modules = path === undefined ? undefined : importable(path, reading);
  return modules === undefined ? undefined : { specifier: path!, modules };
}

/** All that an ES module of Jest's leads to, for each `import()` in it. */
export function jestImports(url: string, reading: Reading): number | undefined {
  return jestRequire() === undefined || !url.startsWith("file:")
    ? undefined
    : importable(fileURLToPath(url), reading);
}

function resolvedFrom(file: string, specifier: string): string | undefined {
  const jest = jestRequire();
  const require = (jest?.("module") as typeof import("node:module") | undefined)?.createRequire(file);
  return require && resolved(require, specifier);
}

const importTables = new Map<string, number | undefined>();

/** A text block with the ES module and all that it leads to; undefined if these are the files as they stand. */
function importable(first: string, { withScripts, converted }: Reading): number | undefined {
  if (!importTables.has(first))
    importTables.set(
      first,
      withScripts((textOf) => collectModules(first, textOf, converted)),
    );
  return importTables.get(first);
}

function collectModules(
  first: string,
  textOf: (url: string) => string | undefined,
  converted: Reading["converted"],
): number | undefined {
  const found: Record<string, CompiledModule> = {};
  const queue = [first];
  let isCompiled = false;
  for (const path of queue) {
    if (path in found) continue;
    const text = ownText(path, textOf);
    const module = text === undefined ? undefined : converted(text);
    if (text === undefined || module === undefined) continue;
    isCompiled ||= text !== fs().readFileSync(path, "utf8");
    const imports: Record<string, { id: string } | { external: string }> = {};
    for (const specifier of module.specifiers) {
      const target = resolvedFrom(path, specifier);
      const own = target === undefined ? undefined : ownText(target, textOf);
      if (target !== undefined && own !== undefined && converted(own)) {
        queue.push(target);
        imports[specifier] = { id: target };
      } else imports[specifier] = { external: own === undefined ? specifier : pathToFileURL(target!).href };
    }
    found[path] = { code: blockOf(module.code), file: pathToFileURL(path).href, imports };
  }
  return isCompiled && first in found ? blockOf(JSON.stringify(found)) : undefined;
}
