/**
 * The lift as a hook of Node's module loader: for Node without the inspector. A slice is the file's own address with a
 * mark, and each thread lifts the file once more when it imports it.
 */
import * as nodeModule from "node:module";
import { fileURLToPath } from "node:url";
import { silently } from "../capture/lazy.ts";
import { RuntimeError } from "../errors/errors.ts";
import type { LiftedText } from "./lift.ts";
import { fileIn, isWanted, SLICE } from "./options.ts";

interface Loaded {
  format?: string | null;
  source?: string | ArrayBufferView | ArrayBuffer | null;
  shortCircuit?: boolean;
}
type NextLoad = (url: string, context?: object) => Loaded;

interface Hooks {
  registerHooks?(hooks: {
    resolve(specifier: string, context: object, next: (specifier: string, context: object) => object): object;
    load(url: string, context: object, next: NextLoad): Loaded;
  }): void;
  stripTypeScriptTypes?(code: string, options?: { mode: "transform"; sourceMap: boolean }): string;
}
const { registerHooks, stripTypeScriptTypes } = nodeModule as unknown as Hooks;

/** What is needed only for a file that is lifted. */
export interface Lifter {
  liftSource(text: string, options: { file: string }, before?: unknown): LiftedText | undefined;
  mayLift(text: string): boolean;
  splitMap(text: string): { text: string; map: { sources: string[] } | undefined };
  through(map: unknown, before: unknown): unknown;
  withMap(text: string, map: unknown): string;
}

/** `own`: the folder of this package, whose files are left alone. */
export function register(own: string, lifter: () => Lifter): void {
  if (registerHooks === undefined)
    throw new RuntimeError(
      "NO_HOOKS",
      `cannot lift functions while files are loaded: Node ${process.versions.node} has no module.registerHooks. Use Node 22.15 or newer, or a build tool's plugin.`,
    );
  // What is thrown in a slice should name the line that was written.
  process.setSourceMapsEnabled(true);
  registerHooks({
    resolve(specifier, context, next) {
      const isRequired = specifier.startsWith(`${SLICE}:`);
      if (!isRequired) return next(specifier, context);
      return { url: specifier.slice(SLICE.length + 1), format: "module", shortCircuit: true };
    },
    load(url, context, next) {
      const mark = url.indexOf(`?${SLICE}`);
      const loaded = next(mark < 0 ? url : url.slice(0, mark), context);
      const isModule = loaded.format == null || /^module/.test(loaded.format);
      if (!isModule || !url.startsWith("file:") || loaded.source == null || url.startsWith(own))
        return loaded;
      if (mark < 0 && !isWanted(url, {})) return loaded;
      return change(url, loaded, mark < 0 ? undefined : url.slice(0, mark), lifter) ?? loaded;
    },
  });
}

/** `original`: the file whose slice is wanted. */
function change(
  url: string,
  { format, source }: Loaded,
  original: string | undefined,
  lifter: () => Lifter,
): Loaded | undefined {
  const written = typeof source === "string" ? source : new TextDecoder().decode(source as ArrayBuffer);
  // The first look costs no loading of the parser.
  if (!/threadkit|\.submit\s*\(|\.map\s*\(|extends/.test(written)) return undefined;
  const { liftSource, mayLift, splitMap, through, withMap } = lifter();
  if (!mayLift(written)) return undefined;
  const { text, map } = splitMap(format === "module-typescript" ? strip(written) : written);
  const lifted = liftSource(text, { file: fileIn(process.cwd(), fileURLToPath(original ?? url)) }, map);
  if (!lifted) return undefined;
  const [only, ...others] = map?.sources ?? [];
  if (only === "" && others.length === 0) map!.sources = [original ?? url]; // Node's own strip leaves it out
  const made =
    original === undefined ? lifted.main(JSON.stringify(`${url}?${SLICE}`)) : lifted.slice?.(original);
  if (!made) return undefined;
  const traced = through(
    made.generateMap({ hires: true, source: url, includeContent: false } as object),
    map,
  );
  return { format: "module", source: withMap(made.toString(), traced), shortCircuit: true };
}

function strip(text: string): string {
  const transforms = (process.features as { typescript?: unknown }).typescript === "transform";
  return silently(() =>
    transforms
      ? stripTypeScriptTypes!(text, { mode: "transform", sourceMap: true })
      : stripTypeScriptTypes!(text),
  );
}
