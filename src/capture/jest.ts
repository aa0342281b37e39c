/**
 * Modules as Jest evaluated them: compiled by Babel, swc or TypeScript, found by names that Node does not know. Jest keeps
 * them to itself, but V8 has their code, and they cross from there.
 */
import { fileURLToPath, pathToFileURL } from "node:url";
import { nodeModule, runtime } from "./lazy.ts";
import { withScripts } from "./peek.ts";
import { blockOf, type CompiledModule, type ToolOrigin } from "./tables.ts";

/** That of this file of the package: Jest gives modules one of its own. */
declare const require: NodeJS.Require | undefined;

/** Jest's `require`, in whose cache are all modules of the test, or undefined. */
export function jestRequire(): NodeJS.Require | undefined {
  if (runtime().env.JEST_WORKER_ID === undefined || typeof require !== "function") return undefined;
  const { _cache } = nodeModule() as { _cache?: object };
  return require.cache === _cache ? undefined : require; // in a thread it is Node's own
}

/** The test file. An ES module is nobody's `main`: there the matchers know it. */
export function jestTest(): string | undefined {
  const jest = jestRequire();
  const { [MATCHERS]: matchers } = globalThis as { [MATCHERS]?: { state?: { testPath?: string } } };
  const path = jest?.main?.filename ?? (jest && matchers?.state?.testPath);
  return path === undefined ? undefined : pathToFileURL(path).href;
}
const MATCHERS = Symbol.for("$$jest-matchers-object");

/** Jest's `require` for a file. */
export function jestRequireOf(file: string): NodeJS.Require | undefined {
  const jest = jestRequire();
  return jest && (jest("module") as typeof import("node:module")).createRequire(file);
}

/** How a thread requires what a module of Jest's requires as `specifier`; undefined: as anywhere. */
export function jestOrigin(specifier: string, url: string): ToolOrigin | undefined {
  const from = moduleAt(url);
  const path = from && resolved(from.require, specifier);
  return path === undefined ? undefined : { specifier: path, modules: reachable(path) };
}

/** All that a file leads to, for calls of `require` in it. */
export function jestModules(url: string): number | undefined {
  const module = moduleAt(url);
  return module && reachable(module.filename);
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
function reachable(first: string): number | undefined {
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
