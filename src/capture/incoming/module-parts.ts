/** What modules hand out in a thread: their exports as compilers look at them, and `import.meta`. */
import { dirname } from "node:path";
import { nodeModule, url } from "../lazy.ts";

export type Namespace = Record<string, unknown>;

/** What compilers' helpers make of a required module. */
// biome-ignore lint/suspicious/noExplicitAny: any module
export function lookThrough(exports: any, interop: "esbuild" | "node" | "default" | undefined): any {
  if (interop === undefined || (interop !== "node" && exports?.__esModule)) return exports;
  if (interop === "default") return { default: exports };
  const namespace = Object.create(exports == null ? null : Object.getPrototypeOf(exports));
  for (const key of Object.getOwnPropertyNames(exports ?? {})) {
    if (key !== "default")
      Object.defineProperty(namespace, key, { get: () => exports[key], enumerable: true });
  }
  return Object.defineProperty(namespace, "default", { value: exports, enumerable: true });
}

/** `import.meta` of a file. */
export function metaOf(file: string, path: string, require: NodeJS.Require): object {
  return {
    dirname: dirname(path),
    filename: path,
    main: false,
    url: file,
    resolve(specifier: string): string {
      if (nodeModule().isBuiltin(specifier))
        return specifier.startsWith("node:") ? specifier : `node:${specifier}`;
      if (/^(\.{0,2}\/|[a-z][\w+.-]+:)/i.test(specifier)) return new URL(specifier, file).href;
      return url().pathToFileURL(require.resolve(specifier)).href;
    },
  };
}

/** The name under which a module exports a value. */
export function exportName(exports: Namespace, value: unknown): string | undefined {
  if (exports === null || (typeof exports !== "object" && typeof exports !== "function")) return undefined;
  return Object.keys(exports).find((name) => read(exports, name) === value);
}

/** Exports are getters, which may stand for a name that is not initialised yet. */
function read(exports: Namespace, name: string): unknown {
  try {
    return exports[name];
  } catch {
    return undefined;
  }
}
