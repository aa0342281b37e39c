/** Modules that Vite compiled for its module runner, in a thread. */

import type { Namespace } from "../incoming/module-parts.ts";
import { runtime } from "../lazy.ts";
import { begin, idOf, type ModuleHost, type Running, type Table, tableAt } from "./running.ts";
import { compileModule } from "./wrapped.ts";

/** One after the other: two that import each other would wait for each other. */
let last: Promise<unknown> = Promise.resolve();

/** The exports of a module in the table that a text block holds. */
export function importCompiled(table: number, id: string, host: ModuleHost): Promise<Namespace> {
  const loading = last.then(() => run(tableAt(table), id, host, []));
  last = loading.catch(() => {});
  return loading;
}

type Importer = (specifier: string) => Promise<Namespace>;

/** `import()` as it is in the module of the table that has this `file:` URL. */
export function importerIn(at: number, file: string, host: ModuleHost): Importer {
  const table = tableAt(at);
  return importer(table, idOf(table, file), host, []);
}

function importer(table: Table, id: string, host: ModuleHost, stack: readonly string[]): Importer {
  const { file, imports } = table.modules[id];
  return async (specifier) => {
    const found = imports[specifier];
    if (found && "id" in found) return run(table, found.id, host, stack);
    return throughDefault(await host.importFrom(file, found?.external ?? specifier));
  };
}

/** `stack`: the modules that wait for it. */
async function run(table: Table, id: string, host: ModuleHost, stack: readonly string[]): Promise<Namespace> {
  const namespace = Object.create(null, { [Symbol.toStringTag]: { value: "Module" } });
  const [it, isNew] = begin(table, id, namespace);
  if (isNew) {
    it.done = evaluate(it, host, [...stack, id]).finally(() => {
      it.isDone = true;
    });
  } else if (!it.isDone && stack.includes(id)) return it.module.exports;
  await it.done;
  return it.module.exports;
}

async function evaluate(it: Running, host: ModuleHost, stack: readonly string[]): Promise<void> {
  const { id, table } = it;
  const { exports } = it.module;
  const { file } = table.modules[id];
  const importModule = importer(table, id, host, stack);
  const meta = host.metaOf(file) as { filename?: string; dirname?: string };
  const given: Record<string, unknown> = {
    __vite_ssr_exports__: exports,
    __vite_ssr_import_meta__: meta,
    __vite_ssr_import__: importModule,
    __vite_ssr_dynamic_import__: importModule,
    __vite_ssr_exportAll__: (from: Namespace) => exportAll(exports, from),
    __vite_ssr_exportName__: (name: string, get: () => unknown) => define(exports, name, get),
    ...{ __filename: meta.filename, __dirname: meta.dirname, exports, module: it.module },
    require: file.startsWith("file:") ? host.requireFrom(file) : undefined,
  };
  await compileModule(table.modules[id], Object.keys(given), "async", host)(...Object.values(given));
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
