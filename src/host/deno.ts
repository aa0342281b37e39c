/** Where Deno differs from Node.js. */
import type { Variant } from "./variant.ts";

export const deno: Variant = {
  /** denoland/deno#35657: the worker's own code goes on for ever. */
  stopsRunning: false,

  readsParentPort: false,
  hooksPromises: false,
  listsHandles: false,
  inspects: () => false,
  inspectAdvice: "",
  readsModules: () => true,
  workerOptions: () => ({}),
  scriptName: (url) => url,
  compiles: true,
};
