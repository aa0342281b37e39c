/** Stacks of shipped code, told in the lines of the files that people wrote. */
import { fileURLToPath } from "node:url";
import type { Unit } from "../../transfer/boundary.ts";
import { asUrl, isOurs } from "../call-stack.ts";
import { compiledModule, rebuiltScripts, sliceText } from "../incoming/rebuilt.ts";
import { type PlacedText, positionOf } from "./lines.ts";
import { originalPosition, type Position } from "./position.ts";

/** Where a stack can point: at names, calls and member accesses. */
// Made when needed: as a literal its Unicode sets would be built in every worker, 0.6 ms of its start.
const places = () => /[\p{ID_Start}$_][\p{ID_Continue}$]*|[(.[]/gu;

/**
 * For text that a loader such as tsx compiled, or a bundler: lines and columns of the places in it, zero-based, four numbers
 * each: compiled line and column, original line and column. The source map is known only to the thread that loaded the
 * file, so this travels with the code. Empty where compiled and original text are the same.
 */
export function originalsOf(
  source: PlacedText & { readonly unit?: Unit },
  start: number,
  end: number,
): Pick<Unit, "originals" | "originalFile"> {
  const outer = source.unit;
  if (outer?.originals) return { originals: outer.originals, originalFile: outer.originalFile };
  const table: number[] = [];
  let originalFile: string | undefined;
  for (const { index } of source.text.slice(start, end).matchAll(places())) {
    const { line, column } = positionOf(source, start + index);
    const original = originalPosition(source, line, column);
    if (original === undefined && table.length === 0) return {};
    if (original === undefined) continue;
    originalFile ??= original.url;
    if (original.url === originalFile) table.push(line, column, original.line, original.column);
  }
  return { originals: table, ...(originalFile !== undefined && { originalFile }) };
}

/** Maps the positions of a stack of this thread to the original files; positions that need none stay. */
function originalStack(stack: string): string {
  return stack.replace(
    /((?:file:\/)?\/[^\s()]+?)(\?thread(?:=\d+|kit-slice)?)?:(\d+):(\d+)(?=\)|$)/gm,
    (_, file: string, mark: string | undefined, line: string, column: string) => {
      const isSlice = mark === "?threadkit-slice";
      const original = (isSlice ? inSlice : lookUp)(file, Number(line) - 1, Number(column) - 1);
      if (original)
        return `${original.url ? pathOf(original.url) : file}:${original.line + 1}:${original.column + 1}`;
      return `${file}${isSlice ? mark : ""}:${line}:${column}`; // the mark of coverage is no part of the name
    },
  );
}

const pathOf = (url: string): string => (url.startsWith("file:") ? fileURLToPath(url) : url);

/** The last place of a table at or before the position, in the same line. */
function lookUp(file: string, line: number, column: number): Position | undefined {
  let best: Position | undefined;
  let nearest = -1;
  for (const { url, unit } of rebuiltScripts()) {
    const table = unit.originals;
    if (table === undefined || (url !== file && url !== `file://${file}`)) continue;
    for (let i = 0; i < table.length; i += 4) {
      if (table[i] !== line || table[i + 1] > column || table[i + 1] <= nearest) continue;
      nearest = table[i + 1];
      best = { url: unit.originalFile, line: table[i + 2], column: table[i + 3] };
    }
  }
  return best ?? inModule(file, line, column);
}

/** In a module that runs from code which a tool compiled, whose source map is known here. */
function inModule(file: string, line: number, column: number): Position | undefined {
  return inText(compiledModule(urlOf(file)), line, column);
}

/** In a slice, whose text is not the file's. */
function inSlice(file: string, line: number, column: number): Position | undefined {
  return inText(sliceText(urlOf(file)), line, column);
}

const urlOf = (file: string): string => (file.startsWith("file:") ? file : `file://${file}`);

function inText(placed: PlacedText | undefined, line: number, column: number): Position | undefined {
  return placed && originalPosition(placed, line, column);
}

/** Without the frames of ours at the end: how the thread came to run the code says nothing. Those above them stay. */
function withoutEnd(stack: string): string {
  const lines = stack.split("\n");
  let end = lines.length;
  while (end > 0 && (isFrameOfOurs(lines[end - 1]) || lines[end - 1].includes("(node:internal/"))) end--;
  const isCalledByUs = lines.slice(end).some(isFrameOfOurs);
  return isCalledByUs && end > 0 && /^\s+at /.test(lines[end - 1]) ? lines.slice(0, end).join("\n") : stack;
}

function isFrameOfOurs(line: string): boolean {
  const file = /^\s+at (?:.*\()?((?:file:\/\/)?\/.*?):\d+:\d+\)?$/.exec(line)?.[1];
  return file !== undefined && isOurs(asUrl(file));
}

/** The stack of who called the library, without its own frames; undefined: nobody did. */
export function callerStack(): string | undefined {
  const lines = originalStack(new Error().stack ?? "")
    .split("\n")
    .filter((line) => /^\s+at /.test(line));
  const first = lines.findIndex((line) => !isFrameOfOurs(line));
  const frames = lines.slice(first).filter((line) => !/\(?node:internal\//.test(line));
  return first < 0 || frames.length === 0 ? undefined : withoutEnd(frames.join("\n"));
}

/** Rewrites the stacks of an error and of its causes in place. */
export function tellOriginal(error: unknown, depth = 0): void {
  if (!(error instanceof Error) || depth > 10) return;
  if (typeof error.stack === "string") {
    const stack = withoutEnd(originalStack(error.stack));
    if (stack !== error.stack)
      Object.defineProperty(error, "stack", { value: stack, configurable: true, writable: true });
  }
  tellOriginal(error.cause, depth + 1);
}
