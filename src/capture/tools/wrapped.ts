/** The function around the code of a module: what it is given are its parameters. */
import { readText } from "../../memory/text.ts";
import { rememberCompiled } from "../incoming/rebuilt.ts";
import type { ModuleHost } from "./running.ts";
import type { CompiledModule } from "./tables.ts";

export function compileModule(
  { code, file, map }: CompiledModule,
  parameters: readonly string[],
  form: "async" | "function",
  host: ModuleHost,
): (...given: unknown[]) => unknown {
  const text = readText(code);
  // So that stacks tell the original places.
  const parsed = map === undefined ? undefined : () => JSON.parse(readText(map));
  rememberCompiled({ url: file, text, lineOffset: 0, columnOffset: 0, map: parsed });
  const names = parameters.join();
  const head = form === "async" ? `(async(${names})=>{'use strict';{` : `(function(${names}){{`;
  return host.compile(`${head}${text}\n}})`, file, -head.length) as (...given: unknown[]) => unknown;
}
