/** ES modules as Jest evaluated them: V8 has their code, and they cross from there in the form of Vite's. */
import { fileURLToPath, pathToFileURL } from "node:url";
import { jestRequire, jestRequireOf, ownText, resolved } from "./jest.ts";
import { converted } from "./jest-module.ts";
import { fs } from "./lazy.ts";
import { withScripts } from "./peek.ts";
import { blockOf, type CompiledModule, type ToolOrigin } from "./tables.ts";

/** How a thread imports what an ES module of Jest's imports as `specifier`; undefined: by Node, as anywhere. */
export function jestImport(specifier: string, url: string): ToolOrigin | undefined {
  if (jestRequire() === undefined || !url.startsWith("file:")) return undefined;
  const path = resolvedFrom(fileURLToPath(url), specifier);
  const modules = path === undefined ? undefined : importable(path);
  return modules === undefined ? undefined : { specifier: path!, modules };
}

/** All that an ES module of Jest's leads to, for each `import()` in it. */
export function jestImports(url: string): number | undefined {
  return jestRequire() === undefined || !url.startsWith("file:") ? undefined : importable(fileURLToPath(url));
}

function resolvedFrom(file: string, specifier: string): string | undefined {
  const require = jestRequireOf(file);
  return require && resolved(require, specifier);
}

const importTables = new Map<string, number | undefined>();

/** A text block with the ES module and all that it leads to; undefined if these are the files as they stand. */
function importable(first: string): number | undefined {
  if (!importTables.has(first))
    importTables.set(
      first,
      withScripts((textOf) => collectModules(first, textOf)),
    );
  return importTables.get(first);
}

function collectModules(first: string, textOf: (url: string) => string | undefined): number | undefined {
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
