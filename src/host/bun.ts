/** Where Bun differs from Node.js. */
import { readFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { withSourceMap } from "./bun-map.ts";
import type { Variant } from "./variant.ts";

interface BunGlobal {
  Transpiler: new (options: { loader: string; target: string }) => { transformSync(text: string): string };
}
const global = globalThis as { Bun?: BunGlobal };

export const bun: Variant = {
  stopsRunning: true,
  readsParentPort: true,
  hooksPromises: false,
  listsHandles: false,
  inspects: () => false,
  inspectAdvice: "",
  readsModules: () => true,
  /** Bun's workers load nothing beforehand that they are not told of; see plugin/bun-load.ts. */
  workerOptions() {
    const preload = (globalThis as { [key: symbol]: unknown })[Symbol.for("threadkit.preload")];
    return preload === undefined ? {} : { preload: [preload] };
  },
  /** It takes the name of a script for a path, whatever it begins with. */
  scriptName: (url) => (url.startsWith("file:") ? fileURLToPath(url) : url),
  /** Bun compiles every file before it runs it, plain JavaScript too. */
  compiledText(path) {
    const ending = /\.[cm]?([jt]sx?)$/.exec(path)?.[1];
    if (ending === undefined || global.Bun === undefined) return undefined;
    const original = readFileSync(path, "utf8");
    const compiled = new global.Bun.Transpiler({ loader: ending, target: "bun" }).transformSync(original);
    return withSourceMap(compiled, original, pathToFileURL(path).href);
  },
};
