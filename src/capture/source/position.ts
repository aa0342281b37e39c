/** Where a place of compiled text came from, and how places are named in messages. */
import { isAbsolute, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { nodeModule, runtime } from "../lazy.ts";
import { testRunner } from "../tools.ts";
import { type PlacedText, positionOf } from "./lines.ts";

type SourceMap = InstanceType<typeof import("node:module").SourceMap>;

const sourceMaps = new WeakMap<PlacedText, SourceMap | null>();

/** What a loader left at the end of what it compiled; tools that wrap it put more behind it. */
function inlineMap(text: string): unknown {
  const start = text.lastIndexOf("\n//# sourceMappingURL=data:application/json");
  const found = /;base64,([\w+/=]+)\s/.exec(start < 0 ? "" : `${text.slice(start)}\n`);
  if (!found) return undefined;
  const bytes = Uint8Array.from(atob(found[1]), (c) => c.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
}

/** The source map of what tsx, Vite and other loaders compiled. */
function sourceMapOf(placed: PlacedText): SourceMap | null {
  let map = sourceMaps.get(placed);
  if (map === undefined) {
    map = null;
    try {
      const payload = inlineMap(placed.text) ?? placed.map?.() ?? testRunner()?.viteMap(placed.url);
      if (payload) map = new (nodeModule().SourceMap)(payload as never);
      else map = mapOfBundle(placed) ?? null;
    } catch {
      // A broken map costs exact positions in messages, no more.
    }
    sourceMaps.set(placed, map);
  }
  return map;
}

const bundles = new WeakSet<PlacedText>();

/** What a build wrote beside its output, where Node reads that: with `--enable-source-maps`. */
function mapOfBundle(placed: PlacedText): SourceMap | undefined {
  const map = nodeModule().findSourceMap?.(placed.url);
  if (map) bundles.add(placed);
  return map;
}

/** Path of a script for people: relative to the working directory if it is below it. */
export function fileName(url: string): string {
  let path = url;
  try {
    if (url.startsWith("file:")) path = fileURLToPath(url);
  } catch {
    return url;
  }
  if (!isAbsolute(path)) return path;
  const short = relative(runtime().cwd(), path);
  return short && !short.startsWith("..") && !isAbsolute(short) ? short : path;
}

/** `demo.ts:31:36` for an offset in the text, in the file that the user wrote. */
export function placeOf(placed: PlacedText, offset: number): string {
  const compiled: Position = positionOf(placed, offset);
  const { url, line, column } = originalPosition(placed, compiled.line, compiled.column) ?? compiled;
  return `${fileName(url ?? placed.url)}:${line + 1}:${column + 1}`;
}

/** A zero-based position. */
export interface Position {
  /** Undefined: the file of the compiled text. */
  readonly url?: string;
  readonly line: number;
  readonly column: number;
}

/** Where a zero-based position of compiled text came from; undefined where no map tells. */
export function originalPosition(placed: PlacedText, line: number, column: number): Position | undefined {
  const entry = sourceMapOf(placed)?.findEntry(line, column);
  if (!entry || !("originalLine" in entry) || entry.generatedLine !== line) return undefined;
  const url = bundles.has(placed) ? entry.originalSource : undefined;
  return { url, line: entry.originalLine, column: entry.originalColumn };
}
