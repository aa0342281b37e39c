/** What Deno made of a TypeScript file stands in its cache. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

export function denoText(path: string): string | undefined {
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
}

function cacheFolders(): string[] {
  const { DENO_DIR, XDG_CACHE_HOME, HOME, LOCALAPPDATA } = process.env;
  if (DENO_DIR) return [DENO_DIR];
  return [XDG_CACHE_HOME, HOME && join(HOME, ".cache"), HOME && join(HOME, "Library/Caches"), LOCALAPPDATA]
    .filter((folder) => folder !== undefined)
    .map((folder) => join(folder, "deno"));
}
