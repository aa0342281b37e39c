/** Modules and module variables as CommonJS code, and code that a tool compiled, has them where it stands. */
import { dirname } from "node:path";
import type { Reference } from "../../transfer/boundary.ts";
import { jestRequire } from "../jest-require.ts";
import { url } from "../lazy.ts";
import type { ModuleHost } from "../tools/running.ts";
import { tools } from "../tools.ts";
import { script } from "./compile.ts";
import { importerOf, requireOf } from "./loaders.ts";
import { lookThrough, metaOf } from "./module-parts.ts";

/** What modules that a tool compiled get from here. */
export const moduleHost: ModuleHost = {
  compile: (text, file, columnOffset) => script(text, file, 0, columnOffset),
  importFrom: (file, specifier) => importerOf(file)(specifier),
  requireFrom: requireOf,
  metaOf: (file) => variableNamed("vite import.meta", file) as object,
};

/** A module that is required, or what it exports. */
export function required(reference: Extract<Reference, { type: "require" }>): unknown {
  const { file, specifier, modules, name, interop } = reference;
  const found =
    modules === undefined || jestRequire()
      ? requireOf(file)(specifier)
      : tools().requireCompiled(modules, specifier, moduleHost);
  const exports = lookThrough(found, interop);
  return name === undefined ? exports : exports[name];
}

export function moduleVariable({ file, name, modules }: Extract<Reference, { type: "cjs" }>): unknown {
  return variableNamed(name, file, modules);
}

const modules = new Map<string, { exports: object }>();

function variableNamed(name: string, file: string, table?: number): unknown {
  const path = file.startsWith("file:") ? url().fileURLToPath(file) : file;
  switch (name) {
    case "require":
      return table === undefined || jestRequire()
        ? requireOf(file)
        : tools().requireIn(table, file, moduleHost);
    case "interop esbuild":
    case "interop default":
      return (exports: unknown) => lookThrough(exports, name.slice(8) as "esbuild" | "default");
    case "vite import()":
      return table === undefined ? importerOf(file) : tools().importerIn(table, file, moduleHost);
    case "__filename":
      return path;
    case "__dirname":
      return dirname(path);
    case "import.meta":
      return metaOf(file, path, requireOf(file));
    case "vite import.meta":
      return { ...metaOf(file, path, requireOf(file)), env: tools().viteEnv() };
    default: {
      let module = modules.get(file);
      if (!module) {
        const fields = {
          id: path,
          filename: path,
          path: dirname(path),
          loaded: true,
          children: [],
          paths: [],
        };
        modules.set(file, (module = { exports: {}, ...fields }));
      }
      return name === "module" ? module : module.exports;
    }
  }
}
