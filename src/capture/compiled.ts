/**
 * Modules that a tool compiled for the main thread run from that code in this one, where Node could not load them: see
 * vite.ts. Each is evaluated once in a thread, as an imported module is.
 */
import { readText } from "../memory/text.ts";
import { runtime } from "./lazy.ts";
import { rememberCompiled } from "./rebuilt.ts";
import type { CompiledModule, CompiledModules } from "./vite.ts";

type Namespace = Record<string, unknown>;

/** What such modules need of this thread. */
export interface ModuleHost {
  compile(text: string, file: string, columnOffset: number): unknown;
  importFrom(file: string, specifier: string): Promise<Namespace>;
  requireFrom(file: string): NodeJS.Require;
  metaOf(file: string): object;
}

interface Running {
  readonly exports: Namespace;
  done?: Promise<unknown>;
  isDone?: boolean;
}

/** By id and code: a module that was compiled anew is another one. */
const running = new Map<string, Running>();
const tables = new Map<number, CompiledModules>();

/** One after the other: two that import each other would wait for each other. */
let last: Promise<unknown> = Promise.resolve();

/** The exports of a module in the table that a text block holds. */
export function importCompiled(table: number, id: string, host: ModuleHost): Promise<Namespace> {
  const loading = last.then(() => run(tableAt(table), id, host, []));
  last = loading.catch(() => {});
  return loading;
}

/** `import()` as it is in the module of the table that has this `file:` URL. */
export function importerIn(table: number, file: string, host: ModuleHost) {
  const modules = tableAt(table);
  const module = Object.values(modules).find((module) => module.file === file);
  return importer(modules, module!, host, []);
}

function tableAt(at: number): CompiledModules {
  let modules = tables.get(at);
  if (modules === undefined) tables.set(at, (modules = JSON.parse(readText(at)) as CompiledModules));
  return modules;
}

function importer(
  modules: CompiledModules,
  { file, imports }: CompiledModule,
  host: ModuleHost,
  stack: readonly string[],
) {
  return async (specifier: string): Promise<Namespace> => {
    const found = imports[specifier];
    if (found && "id" in found) return run(modules, found.id, host, stack);
    return throughDefault(await host.importFrom(file, found?.external ?? specifier));
  };
}

async function run(
  modules: CompiledModules,
  id: string,
  host: ModuleHost,
  stack: readonly string[],
): Promise<Namespace> {
  const module = modules[id];
  const key = `${module.code} ${id}`;
  let it = running.get(key);
  if (it === undefined) {
    running.set(key, (it = { exports: Object.create(null, { [Symbol.toStringTag]: { value: "Module" } }) }));
    it.done = evaluate(modules, module, it.exports, host, [...stack, id]);
    it.done.then(
      () => {
        it!.isDone = true;
      },
      () => {},
    );
  } else if (!it.isDone && stack.includes(id)) return it.exports;
  await it.done;
  return it.exports;
}

async function evaluate(
  modules: CompiledModules,
  module: CompiledModule,
  exports: Namespace,
  host: ModuleHost,
  stack: readonly string[],
): Promise<void> {
  const { code, file } = module;
  const importModule = importer(modules, module, host, stack);
  const isFile = file.startsWith("file:");
  const require = isFile ? host.requireFrom(file) : undefined;
  const meta = host.metaOf(file) as { filename?: string; dirname?: string };
  const exportName = (name: string, get: () => unknown) => define(exports, name, get);
  const given: Record<string, unknown> = {
    __vite_ssr_exports__: exports,
    __vite_ssr_import_meta__: meta,
    __vite_ssr_import__: importModule,
    __vite_ssr_dynamic_import__: importModule,
    __vite_ssr_exportAll__: (from: Namespace) => exportAll(exports, from),
    __vite_ssr_exportName__: exportName,
    ...{ __filename: meta.filename, __dirname: meta.dirname, exports, module: { exports }, require },
  };
  const head = `'use strict';async(${Object.keys(given)})=>{{`;
  const text = readText(code);
  rememberCompiled({ url: file, text, lineOffset: 0, columnOffset: 0 });
  const body = host.compile(`${head}${text}\n}}`, file, -head.length) as (...given: unknown[]) => Promise<void>;
  await body(...Object.values(given));
}

function define(exports: Namespace, name: string, get: () => unknown): void {
  Object.defineProperty(exports, name, { get, enumerable: true, configurable: true });
}

function exportAll(exports: Namespace, from: Namespace): void {
  if (exports === from || typeof from !== "object" || from === null) return;
  for (const name of Object.keys(from))
    if (name !== "default" && !(name in exports)) define(exports, name, () => from[name]);
}

/** What Node sees of a CommonJS module's names are not all: the others are read from `module.exports`, as Vitest does. */
function throughDefault(namespace: Namespace): Namespace {
  const exports = namespace.default as Namespace | undefined;
  if ((typeof exports !== "object" && typeof exports !== "function") || exports === null) return namespace;
  if (!("module.exports" in namespace) && !("__esModule" in exports)) return namespace;
  return new Proxy(Object.create(null), {
    get: (_, name) => {
      if (name === "default" && "__esModule" in exports && "default" in exports) return exports.default;
      return name in namespace ? namespace[name as string] : exports[name as string];
    },
    has: (_, name) => name in namespace || name in exports,
  });
}

const FLAGS = ["DEV", "PROD", "SSR"];

/** `import.meta.env`, which Vitest keeps in the environment variables. */
export function viteEnv(): object {
  return new Proxy(runtime().env, {
    get: (env, name) => (FLAGS.includes(name as string) ? Boolean(env[name as string]) : env[name as string]),
  });
}
