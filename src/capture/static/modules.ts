/** What modules that are loaded already hold: `require` gives the very module, where the runtime can do that for ES modules. */
import { fileURLToPath } from "node:url";
import { readsModules } from "#host";
import { nodeModule, silently } from "../lazy.ts";
import type { Source } from "../source/source.ts";
import { exportedNames } from "../syntax/exports.ts";
import type { Binding } from "../syntax/scopes.ts";
import { resolveFile } from "./sources.ts";

const exportsOf = new WeakMap<Source, ReadonlyMap<string, string>>();

/** The name by which a module exports a variable of its own top. */
export function exportedName({ name, scope }: Binding, source: Source): string | undefined {
  if (scope !== source.root) return undefined;
  let names = exportsOf.get(source);
  if (!names) exportsOf.set(source, (names = exportedNames(source.program)));
  return names.get(name);
}

/** Stands for an export that can't be read here. */
export const UNREAD: unique symbol = Symbol("unread");

/**
 * The current value of an export of a file that is loaded, or being loaded; `UNREAD` where the runtime can't tell: a
 * module in the middle of its evaluation, one with `await` at its top, or another module than the one imported.
 */
export function readExport(from: string, specifier: string, name: string): unknown {
  if (name === "*" || !readsModules()) return UNREAD;
  const file = resolveFile(from, specifier);
  if (file === undefined || file.includes("/node_modules/")) return UNREAD;
  try {
    const exports = silently(() => nodeModule().createRequire(from)(fileURLToPath(file)));
    const holder = typeof exports === "object" || typeof exports === "function" ? exports : undefined;
    if (holder === null || holder === undefined) return UNREAD;
    if (name === "default" && !("default" in holder)) return holder;
    return name in holder ? holder[name] : UNREAD;
  } catch {
    return UNREAD;
  }
}
