/** What users may tell the plugins, and what all of them do alike. */

export interface PluginOptions {
  /**
   * Names of further functions and methods whose arguments go to threads: `["parallelMap"]` for a function of yours
   * that hands its callback to a pool.
   */
  functions?: readonly string[];
  /** Files that are looked at, besides all that are not in node_modules: parts of their paths, or patterns. */
  include?: readonly (string | RegExp)[];
  /** Files that are not looked at. */
  exclude?: readonly (string | RegExp)[];
  /** Where the result runs, if the tool can't tell. In Node, threadkit stays outside the bundle. */
  platform?: "node" | "browser";
}

/** Marks the id of a slice. */
export const SLICE = "threadkit-slice";

const CODE = /\.([cm]?[jt]sx?|vue|svelte|astro|mdx?)($|\?)/;

export function isWanted(id: string, { include = [], exclude = [] }: PluginOptions): boolean {
  if (id.includes(SLICE) || id.startsWith("\0") || !CODE.test(id)) return false;
  const path = id.replaceAll("\\", "/");
  const matches = (pattern: string | RegExp) =>
    typeof pattern === "string" ? path.includes(pattern) : pattern.test(path);
  if (exclude.some(matches)) return false;
  return !path.includes("/node_modules/") || include.some(matches);
}

/** The id of a module's slice. */
export function sliceOf(id: string): string {
  return `${id}${id.includes("?") ? "&" : "?"}${SLICE}`;
}

/** `src/main.ts` for people. */
export function fileIn(root: string, id: string): string {
  const path = id.replace(/\?.*$/, "").replaceAll("\\", "/");
  const base = `${root.replaceAll("\\", "/").replace(/\/$/, "")}/`;
  return path.startsWith(base) ? path.slice(base.length) : path;
}

/** `main` for a file name to be. */
export function baseName(id: string): string {
  const name = id.replace(/\?.*$/, "").replaceAll("\\", "/").split("/").pop()!;
  return name.replace(/\.\w+$/, "").replace(/[^\w.-]/g, "_");
}

/** What is imported of this library. */
export const isLibraryId = (id: string) => id === "threadkit" || id.startsWith("threadkit/");
