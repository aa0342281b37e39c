/** The function around the code of a module: what it is given are its parameters. */
import { readText } from "../memory/text.ts";

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
