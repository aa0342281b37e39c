/**
 * Modules as Vitest evaluated them. They may be TypeScript, have aliases for names, or be no files at all, so that Node
 * can't load them in a thread; but their compiled code is kept by Vite's module runner, and crosses from there.
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { fs, runtime } from "../lazy.ts";
import { blockOf, type CompiledModule, type ExportOrigin, type ToolOrigin } from "./tables.ts";

/** A node of `EvaluatedModules` of vite/module-runner, as far as it is used here. */
interface ViteModule {
  readonly id: string;
  readonly file?: string;
  readonly exports?: Record<string, unknown>;
  readonly meta?: { readonly externalize?: string; readonly code?: string; readonly sourceMap?: unknown };
}
interface ViteModules {
  getModuleById(id: string): ViteModule | undefined;
  getModuleByUrl(url: string): ViteModule | undefined;
}
interface VitestState {
  readonly evaluatedModules?: ViteModules;
  readonly filepath?: string;
}

const state = () => (globalThis as { __vitest_worker__?: VitestState }).__vitest_worker__;
const modules = () => state()?.evaluatedModules;

/** How a thread imports what a module of Vite's imports as `specifier`. */
export function viteOrigin(specifier: string): ToolOrigin {
  const node = moduleNamed(specifier);
  const external = node?.meta?.externalize;
  if (external !== undefined) return { specifier: external };
  if (node?.meta?.code === undefined) return { specifier: viteFile(specifier) };
  return { specifier: node.id, modules: reachable(node) };
}

function moduleNamed(specifier: string): ViteModule | undefined {
  return modules()?.getModuleByUrl(specifier) ?? modules()?.getModuleById(specifier);
}

/** Vite names files by paths from the root of the project, or by `/@fs/` and the real path. */
function viteFile(specifier: string): string {
  if (specifier.startsWith("/@fs/")) return pathToFileURL(specifier.slice(4)).href;
  if (!specifier.startsWith("/")) return specifier;
  const inRoot = join(runtime().cwd(), specifier);
  return pathToFileURL(fs().existsSync(inRoot) ? inRoot : specifier).href;
}

/** A text block with `CompiledModules`: the module and all that it leads to. */
function reachable(first: ViteModule): number {
  const found: Record<string, CompiledModule> = {};
  const queue = [first];
  for (const { id, file, meta } of queue) {
    if (id in found || meta?.code === undefined) continue;
    const imports: Record<string, { id: string } | { external: string }> = {};
    for (const [, literal] of meta.code.matchAll(IMPORTS)) {
      const specifier = JSON.parse(literal) as string;
      const node = moduleNamed(specifier);
      if (node?.meta?.code === undefined) {
        imports[specifier] = { external: node?.meta?.externalize ?? viteFile(specifier) };
      } else {
        imports[specifier] = { id: node.id };
        queue.push(node);
      }
    }
    found[id] = {
      code: blockOf(meta.code),
      map: typeof meta.sourceMap === "string" ? blockOf(meta.sourceMap) : undefined,
      file: file?.startsWith("/") ? pathToFileURL(file).href : id,
      imports,
    };
  }
  return blockOf(JSON.stringify(found));
}
const IMPORTS = /__vite_ssr_(?:dynamic_)?import__\(("(?:[^"\\]|\\.)*")/g;

const nodeOf = (url: string) => {
  if (modules() === undefined || !url.startsWith("file:")) return undefined;
  return modules()!.getModuleById(decodeURIComponent(new URL(url).pathname));
};

/** All that a file leads to, for the dynamic imports in it. */
export function viteModules(url: string): number | undefined {
  const node = nodeOf(url);
  return node?.meta?.code === undefined ? undefined : reachable(node);
}

/** How a thread finds what that module of Vite's exports, or undefined; never the test file itself. */
export function viteExport(value: unknown, url: string): ExportOrigin | undefined {
  const node = nodeOf(url);
  if (node?.exports === undefined || node.meta?.code === undefined || node.file === state()?.filepath)
    return undefined;
  for (const name of Object.keys(node.exports))
    if (node.exports[name] === value)
      return { type: "import", file: url, specifier: node.id, modules: reachable(node), name };
  return undefined;
}

/** An export of a module that this thread has evaluated. */
export function viteValue(specifier: string, name: string): unknown {
  return moduleNamed(specifier)?.exports?.[name];
}

/** The source map of a module whose code does not hold it. */
export function viteMap(url: string): unknown {
  const map = nodeOf(url)?.meta?.sourceMap;
  return typeof map === "string" ? JSON.parse(map) : undefined;
}
