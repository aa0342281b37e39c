/** Places of a text in the file that the user wrote. */
import remapping from "@jridgewell/remapping";
import { originalPositionFor, type SourceMapInput, TraceMap } from "@jridgewell/trace-mapping";
import { lineAt, lineStarts } from "../capture/source/lines.ts";
import type { Locate } from "./unit.ts";

/** One-based places of a text's offsets. */
export function locateIn(text: string): Locate {
  const starts = lineStarts(text);
  return (offset) => {
    const line = lineAt(starts, offset);
    return { line: line + 1, column: offset - starts[line] + 1 };
  };
}

/** The same through the source map of what other plugins did before. */
export function locateThrough(text: string, map: unknown): Locate {
  const here = locateIn(text);
  let traced: TraceMap;
  try {
    traced = new TraceMap(map as SourceMapInput);
  } catch {
    return here;
  }
  return (offset) => {
    const { line, column } = here(offset);
    const original = originalPositionFor(traced, { line, column: column - 1 });
    return original.line === null ? { line, column } : { line: original.line, column: original.column + 1 };
  };
}

/** A source map of what was made of a text, led on to what the text itself was made of. */
export function through(map: unknown, before: unknown): unknown {
  if (!before) return map;
  let isFirst = true;
  const whole = remapping(map as SourceMapInput, () => {
    if (!isFirst) return null;
    isFirst = false;
    return before as SourceMapInput;
  });
  return whole;
}
