/** Where Deno differs from Node.js. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Variant } from "./variant.ts";

export const deno: Variant = {
  /** denoland/deno#35657: the worker's own code goes on for ever. */
  stopsRunning: false,

  readsParentPort: false,
  hooksPromises: false,
  listsHandles: false,
  inspects: () => false,
  inspectAdvice: "",
  readsModules: () => true,
  workerOptions: () => ({}),
  scriptName: (url) => url,
  /** What Deno made of a TypeScript file stands in its cache. */
  compiledText(path) {
    if (!/\.([cm]?ts|[jt]sx)$/.test(path)) return undefined;
    for (const folder of cacheFolders()) {
      try {
        return readFileSync(join(folder, "gen", "file", `${path}.js`), "utf8").replace(
          /\n\/\/ denoCacheMetadata=.*$/,
          "",
        );
      } catch {
        // Not there: the types are blanked instead, which tells most functions.
      }
    }
    return undefined;
  },
};

function cacheFolders(): string[] {
  const { DENO_DIR, XDG_CACHE_HOME, HOME, LOCALAPPDATA } = process.env;
  if (DENO_DIR) return [DENO_DIR];
  return [XDG_CACHE_HOME, HOME && join(HOME, ".cache"), HOME && join(HOME, "Library/Caches"), LOCALAPPDATA]
    .filter((folder) => folder !== undefined)
    .map((folder) => join(folder, "deno"));
}
