/** Stacks of shipped code, told in the lines of the files that people wrote. */

import type { PlacedText } from "./position.ts";
import { originalPosition, positionOf } from "./position.ts";
import { compiledModule, rebuiltScripts, sliceText } from "./rebuilt.ts";

/** Where a stack can point: at names, calls and member accesses. */
// Made when needed: as a literal its Unicode sets would be built in every worker, 0.6 ms of its start.
const places = () => /[\p{ID_Start}$_][\p{ID_Continue}$]*|[(.[]/gu;

/**
 * For text that a loader such as tsx compiled: lines and columns of the places in it, zero-based, four numbers each:
 * compiled line and column, original line and column. The source map is known only to the thread that loaded the
 * file, so this travels with the code. Undefined where compiled and original text are the same.
 */
export function originalsOf(source: PlacedText, start: number, end: number): readonly number[] | undefined {
  const table: number[] = [];
  for (const { index } of source.text.slice(start, end).matchAll(places())) {
    const { line, column } = positionOf(source, start + index);
    const original = originalPosition(source, line, column);
    if (original === undefined && table.length === 0) return undefined;
    if (original !== undefined) table.push(line, column, original.line, original.column);
  }
  return table;
}

/** Maps the positions of a stack of this thread to the original files; positions that need none stay. */
export function originalStack(stack: string): string {
  return stack.replace(
    /((?:file:\/)?\/[^\s()]+?)(\?thread(?:=\d+|kit-slice)?)?:(\d+):(\d+)(?=\)|$)/gm,
    (_, file: string, mark: string | undefined, line: string, column: string) => {
      const isSlice = mark === "?threadkit-slice";
      const original = (isSlice ? inSlice : lookUp)(file, Number(line) - 1, Number(column) - 1);
      if (original) return `${file}:${original[0] + 1}:${original[1] + 1}`;
      return `${file}${isSlice ? mark : ""}:${line}:${column}`; // the mark of coverage is no part of the name
    },
  );
}

/** The last place of a table at or before the position, in the same line. */
function lookUp(file: string, line: number, column: number): readonly [number, number] | undefined {
  let best: readonly [number, number] | undefined;
  let nearest = -1;
  for (const { url, unit } of rebuiltScripts()) {
    const table = unit.originals;
    if (table === undefined || (url !== file && url !== `file://${file}`)) continue;
    for (let i = 0; i < table.length; i += 4) {
      if (table[i] !== line || table[i + 1] > column || table[i + 1] <= nearest) continue;
      nearest = table[i + 1];
      best = [table[i + 2], table[i + 3]];
    }
  }
  return best ?? inModule(file, line, column);
}

/** In a module that runs from code which a tool compiled, whose source map is known here. */
function inModule(file: string, line: number, column: number): readonly [number, number] | undefined {
  return inText(compiledModule(urlOf(file)), line, column);
}

/** In a slice, whose text is not the file's. */
function inSlice(file: string, line: number, column: number): readonly [number, number] | undefined {
  return inText(sliceText(urlOf(file)), line, column);
}

const urlOf = (file: string): string => (file.startsWith("file:") ? file : `file://${file}`);

function inText(placed: PlacedText | undefined, line: number, column: number) {
  const original = placed && originalPosition(placed, line, column);
  return original && ([original.line, original.column] as const);
}

/** Rewrites the stacks of an error and of its causes in place. */
export function tellOriginal(error: unknown, depth = 0): void {
  if (!(error instanceof Error) || depth > 10) return;
  if (typeof error.stack === "string") {
    const stack = originalStack(error.stack);
    if (stack !== error.stack)
      Object.defineProperty(error, "stack", { value: stack, configurable: true, writable: true });
  }
  tellOriginal(error.cause, depth + 1);
}
