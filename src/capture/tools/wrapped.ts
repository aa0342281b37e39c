/** The function around the code of a module: what it is given are its parameters. */
import { readText } from "../../memory/text.ts";
import { rememberCompiled } from "../incoming/rebuilt.ts";
import type { CompiledModule } from "./tables.ts";

/** What stands before the text, and the text; `}})` is to follow. */
export function wrapped(
  code: number,
  parameters: readonly string[],
  form: "async" | "function",
): readonly [head: string, text: string] {
  const names = parameters.join();
  const head = form === "async" ? `(async(${names})=>{'use strict';{` : `(function(${names}){{`;
  return [head, readText(code)];
}

/** So that stacks tell the original places. */
export function noteText({ file, map }: CompiledModule, text: string): void {
  const parsed = map === undefined ? undefined : () => JSON.parse(readText(map));
  rememberCompiled({ url: file, text, lineOffset: 0, columnOffset: 0, map: parsed });
}
