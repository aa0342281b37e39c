/**
 * Modules that a tool compiled for the main thread run from that code in this one, where Node could not load them: see
 * vite.ts and jest.ts. Each is evaluated once in a thread, as an imported module is.
 */
import { readText } from "../../memory/text.ts";
import { exportName, type Namespace } from "../incoming/module-parts.ts";
import type { CompiledModule, CompiledModules, ExportOrigin } from "./tables.ts";

/** What such modules need of this thread. */
export interface ModuleHost {
  compile(text: string, file: string, columnOffset: number): unknown;
  importFrom(file: string, specifier: string): Promise<Namespace>;
  requireFrom(file: string): NodeJS.Require;
  metaOf(file: string): object;
}

/** A module that runs or has run here. */
export interface Running {
  readonly id: string;
  readonly table: Table;
  /** `exports` of CommonJS modules may be another object in the end. */
  readonly module: { exports: Namespace };
  done?: Promise<unknown>;
  isDone?: boolean;
}

export interface Table {
  readonly at: number;
  readonly modules: CompiledModules;
}

const tables = new Map<number, Table>();

/** The table that a text block holds. */
export function tableAt(at: number): Table {
  let table = tables.get(at);
  if (table === undefined) tables.set(at, (table = { at, modules: JSON.parse(readText(at)) }));
  return table;
}

/** By id and code: a module that was compiled anew is another one. */
const running = new Map<string, Running>();

/** The module, and whether it is to be evaluated by the caller. */
export function begin(table: Table, id: string, exports: Namespace): readonly [Running, isNew: boolean] {
  const key = `${table.modules[id].code} ${id}`;
  const known = running.get(key);
  if (known !== undefined) return [known, false];
  const begun: Running = { id, table, module: { exports } };
  running.set(key, begun);
  return [begun, true];
}

/** Forgets a module that failed. */
export function forget({ id, table }: Running): void {
  running.delete(`${table.modules[id].code} ${id}`);
}

/** The id of the module that has this `file:` URL. */
export function idOf({ modules }: Table, file: string): string {
  return Object.keys(modules).find((id) => modules[id].file === file)!;
}

/** How another thread finds what such a module exports. */
export function compiledExport(value: unknown): ExportOrigin | undefined {
  for (const { id, table, module } of running.values()) {
    const name = exportName(module.exports, value);
    const { file, isCommonJs } = table.modules[id] as CompiledModule;
    if (name !== undefined)
      return { type: isCommonJs ? "require" : "import", file, specifier: id, modules: table.at, name };
  }
  return undefined;
}
