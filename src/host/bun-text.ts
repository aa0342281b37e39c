/** Bun compiles every file before it runs it, plain JavaScript too. */
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { withSourceMap } from "./bun-map.ts";

interface BunGlobal {
  Transpiler: new (options: { loader: string; target: string }) => { transformSync(text: string): string };
}
const global = globalThis as { Bun?: BunGlobal };

export function bunText(path: string): string | undefined {
  const ending = /\.[cm]?([jt]sx?)$/.exec(path)?.[1];
  if (ending === undefined || global.Bun === undefined) return undefined;
  const original = readFileSync(path, "utf8");
  const compiled = new global.Bun.Transpiler({ loader: ending, target: "bun" }).transformSync(original);
  return withSourceMap(compiled, original, pathToFileURL(path).href);
}
