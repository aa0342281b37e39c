/**
 * The lift while Bun loads files: `preload = ["threadkit/bun"]`. A slice is the file's own path with a mark, and each thread
 * lifts the file once more when it imports it; Bun loads the preload in the workers, too.
 *
 * Once a plugin of Bun's has looked at a file it must hand out its text, and then Bun no longer sees that it is CommonJS. So
 * files are looked at when they are resolved, and only those that are lifted get a loader.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { withSourceMap } from "../host/bun-map.ts";
import { type LiftedText, mayLift } from "./lift.ts";
import { fileIn, isWanted, SLICE } from "./options.ts";
import type { Locate } from "./unit.ts";

interface Loading {
  onResolve(
    filter: { filter: RegExp },
    resolve: (args: { path: string; importer: string }) => undefined,
  ): void;
  onLoad(
    filter: { filter: RegExp },
    load: (args: { path: string }) => { contents: string; loader: string },
  ): void;
}

declare const Bun: {
  plugin(plugin: { name: string; setup(build: Loading): void }): void;
  resolveSync(id: string, folder: string): string;
  Transpiler: new (options: object) => { transformSync(text: string): string };
};

/** What is needed only for a file that is lifted. */
export interface Lifter {
  liftSource(text: string, options: { file: string }, before?: unknown): LiftedText | undefined;
  splitMap(text: string): { text: string; map: unknown };
  keepLines(text: string, locate: Locate): string;
  locateThrough(text: string, map: unknown): Locate;
  through(map: unknown, before: unknown): unknown;
  withMap(text: string, map: unknown): string;
}

/** Where workers find what they are to load before all else. */
const PRELOAD = Symbol.for("threadkit.preload");

/** By the URLs of files: their slices here, each with its source map, for stacks; see capture/rebuilt.ts. */
const TEXTS = Symbol.for("threadkit.slices");

/** `own`: the URL of the file that calls this, which is the preload. */
export function liftWhileLoading(own: string, lifter: () => Lifter): void {
  if (!("bun" in process.versions)) return; // a build script that Node runs
  const global = globalThis as { [PRELOAD]?: string };
  if (global[PRELOAD] !== undefined) return;
  global[PRELOAD] = fileURLToPath(own);
  const library = `${path.dirname(path.dirname(fileURLToPath(own)))}${path.sep}`;
  Bun.plugin({ name: "threadkit", setup: (build) => setUp(build, lifter, library) });
}

/** `library`: the folder of this package's files, which are left alone, wherever it is. */
function setUp(build: Loading, lifter: () => Lifter, library: string): void {
  const seen = new Set<string>();
  let isAsking = false;

  function resolved(id: string, importer: string): string | undefined {
    if (isAsking || /^(node|bun|data):/.test(id) || importer.includes("/node_modules/")) return undefined;
    isAsking = true; // Bun asks its plugins for what they ask it for
    try {
      return Bun.resolveSync(id, path.isAbsolute(importer) ? path.dirname(importer) : process.cwd());
    } catch {
      return undefined; // Bun itself says so
    } finally {
      isAsking = false;
    }
  }

  build.onResolve({ filter: /./ }, ({ path: id, importer }) => {
    const file = resolved(id, importer);
    if (file === undefined || seen.has(file) || !isWanted(file, {}) || file.startsWith(library))
      return undefined;
    seen.add(file);
    if (lifted(file, lifter) === undefined) return undefined;
    const exactly = file.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
    build.onLoad({ filter: new RegExp(`^${exactly}$`) }, () => {
      const made = lifted(file, lifter); // anew: it may have been edited
      if (made === undefined) return { contents: readFileSync(file, "utf8"), loader: loaderOf(file) };
      return { contents: made.main(JSON.stringify(`${file}?${SLICE}`)).toString(), loader: "js" };
    });
    return undefined;
  });
  build.onLoad({ filter: new RegExp(`\\?${SLICE}$`) }, ({ path: marked }) => {
    const file = marked.slice(0, marked.lastIndexOf("?"));
    return { contents: sliceOf(file, lifter), loader: "js" };
  });
}

const loaderOf = (file: string): string => path.extname(file).replace(/^\.[cm]?/, "");

function lifted(file: string, lifter: () => Lifter): LiftedText | undefined {
  return traced(file, lifter)?.made;
}

/** `map`: leads from the text that was lifted to the file. */
function traced(file: string, lifter: () => Lifter): { made: LiftedText; map: unknown } | undefined {
  const written = readFileSync(file, "utf8");
  if (!mayLift(written)) return undefined;
  const { keepLines, liftSource, locateThrough, splitMap } = lifter();
  const compiled = new Bun.Transpiler({ loader: loaderOf(file), target: "bun" }).transformSync(written);
  const first = splitMap(withSourceMap(compiled, written, file)).map;
  const kept = keepLines(compiled, locateThrough(compiled, first));
  const { text, map } = splitMap(withSourceMap(kept, written, file));
  const made = liftSource(text, { file: fileIn(process.cwd(), file) }, map);
  return made && { made, map };
}

function sliceOf(file: string, lifter: () => Lifter): string {
  const found = traced(file, lifter);
  const slice = found?.made.slice?.(file);
  if (!found || !slice) return "";
  const { through, withMap } = lifter();
  const text = slice.toString();
  const map = through(slice.generateMap({ hires: true } as object), found.map);
  const global = globalThis as { [TEXTS]?: Map<string, string> };
  (global[TEXTS] ??= new Map()).set(pathToFileURL(file).href, withMap(text, map));
  return text;
}
