/** What modules have besides their exports, as shipped code finds it in a thread. */
import { dirname } from "node:path";
import { nodeModule, url } from "../lazy.ts";

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
function metaOf(file: string, path: string, require: NodeJS.Require): object {
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

export { metaOf };
