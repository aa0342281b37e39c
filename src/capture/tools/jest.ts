/**
 * Modules as Jest evaluated them: compiled by Babel, swc or TypeScript, found by names that Node does not know. Jest keeps
 * them to itself, but V8 has their code, and they cross from there.
 */
import { fileURLToPath, pathToFileURL } from "node:url";
import { jestRequire } from "../jest-require.ts";
import { nodeModule } from "../lazy.ts";
import { blockOf, type CompiledModule, type ToolOrigin } from "./tables.ts";

/** The test file. An ES module is nobody's `main`: there the matchers know it. */
export function jestTest(): string | undefined {
  const jest = jestRequire();
  const { [MATCHERS]: matchers } = globalThis as { [MATCHERS]?: { state?: { testPath?: string } } };
  const path = jest?.main?.filename ?? (jest && matchers?.state?.testPath);
  return path === undefined ? undefined : pathToFileURL(path).href;
}
const MATCHERS = Symbol.for("$$jest-matchers-object");

/** Calls its argument with what gives the texts of scripts by their URLs: see source/peek.ts. */
export type WithScripts = <T>(use: (textOf: (url: string) => string | undefined) => T) => T;

/** How a thread requires what a module of Jest's requires as `specifier`; undefined: as anywhere. */
export function jestOrigin(specifier: string, url: string, withScripts: WithScripts): ToolOrigin | undefined {
  const from = moduleAt(url);
  const path = from && resolved(from.require, specifier);
  return path === undefined ? undefined : { specifier: path, modules: reachable(path, withScripts) };
}

/** All that a file leads to, for calls of `require` in it. */
export function jestModules(url: string, withScripts: WithScripts): number | undefined {
  const module = moduleAt(url);
  return module && reachable(module.filename, withScripts);
}

function moduleAt(url: string): NodeJS.Module | undefined {
  const jest = jestRequire();
  return jest && url.startsWith("file:") ? jest.cache[fileURLToPath(url)] : undefined;
}

/** The path of a file; undefined for what is built in or can't be found. */
export function resolved(require: unknown, specifier: string): string | undefined {
  if (nodeModule().isBuiltin(specifier)) return undefined;
  try {
    return (require as NodeJS.Require).resolve(specifier);
  } catch {
    return undefined;
  }
}

const tables = new Map<string, number | undefined>();

/** A text block with the module and all that it leads to; undefined if Node loads it just as well. */
function reachable(first: string, withScripts: WithScripts): number | undefined {
  if (!tables.has(first))
    tables.set(
      first,
      withScripts((textOf) => collect(first, textOf)),
    );
  return tables.get(first);
}

function collect(first: string, textOf: (url: string) => string | undefined): number | undefined {
  const found: Record<string, CompiledModule> = {};
  const queue = [first];
  for (const path of queue) {
    if (path in found) continue;
    const text = ownText(path, textOf);
    const module = jestRequire()!.cache[path];
    if (text === undefined || module === undefined) continue;
    const imports: Record<string, { id: string } | { external: string }> = {};
    for (const [, , specifier] of text.matchAll(/\brequire\((["'])([^"'\\]+)\1\)/g)) {
      const target = resolved(module.require, specifier);
      if (target !== undefined) queue.push(target);
      const isOwn = target !== undefined && ownText(target, textOf) !== undefined;
      imports[specifier] = isOwn ? { id: target } : { external: target ?? specifier };
    }
    found[path] = { code: blockOf(text), file: pathToFileURL(path).href, imports, isCommonJs: true };
  }
  return first in found ? blockOf(JSON.stringify(found)) : undefined;
}

/** Packages are not compiled, and `threadkit` must be the thread's own. */
export function ownText(path: string, textOf: (url: string) => string | undefined): string | undefined {
  return path.includes("/node_modules/") ? undefined : textOf(pathToFileURL(path).href);
}
