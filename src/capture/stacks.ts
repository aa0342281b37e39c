/** Stacks of shipped code, told in the lines of the files that people wrote. */
import { pathToFileURL } from "node:url";
import { originalPosition } from "./position.ts";
import { sourceAt } from "./source.ts";

/**
 * Maps the positions of a stack from a thread to the original files. A loader such as tsx keeps its source maps in
 * the thread that loaded a file, so only the thread that sent the code can tell; positions without map stay.
 */
export function originalStack(stack: string): string {
  return stack.replace(
    /((?:file:\/)?\/[^\s()]+?)(?:\?thread)?:(\d+):(\d+)(?=\)|$)/gm,
    (whole, file, line, column) => {
      const source = sourceAt(file.startsWith("file:") ? file : pathToFileURL(file).href);
      const original = source && originalPosition(source, line - 1, column - 1);
      return original ? `${file}:${original.line + 1}:${original.column + 1}` : whole;
    },
  );
}
