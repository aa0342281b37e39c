/** Where Bun differs from Node.js. */
import { fileURLToPath } from "node:url";
import type { Variant } from "./variant.ts";

export const bun: Variant = {
  stopsRunning: true,
  readsParentPort: true,
  hooksPromises: false,
  listsHandles: false,
  inspects: () => false,
  inspectAdvice: "",
  readsModules: () => true,
  /** It takes the name of a script for a path, whatever it begins with. */
  scriptName: (url) => (url.startsWith("file:") ? fileURLToPath(url) : url),
  compiles: true,
  /** Bun's workers load nothing beforehand that they are not told of; see plugin/bun-load.ts. */
  workerOptions() {
    const preload = (globalThis as { [key: symbol]: unknown })[Symbol.for("threadkit.preload")];
    return preload === undefined ? {} : { preload: [preload] };
  },
};
