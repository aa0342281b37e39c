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
};
