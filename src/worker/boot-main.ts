/** What a program's `import` of the library loads it by. */
import { codeCache, hasRun, load as run, suitsScripts } from "../host/node-load.ts";

interface Core {
  loadWith(load: (file: string) => unknown): void;
  /** As it loads its other files. */
  loadFile(file: string): unknown;
  cacheWith(codeCache: (file: string) => Uint8Array, hasRun: (file: string) => boolean): void;
}

declare const require: (file: string) => unknown;
const inFolder = (file: string) => `./${file}`;

function begin(): (file: string) => unknown {
  if (!suitsScripts()) return (file) => require(inFolder(file));
  const core = run("core.cjs") as Core;
  // In a worker of ours it was there, and has a way of its own to load the rest.
  if (!hasRun("core.cjs")) return (file) => (file === "core.cjs" ? core : core.loadFile(file));
  core.loadWith(run);
  core.cacheWith(codeCache, hasRun);
  return run;
}

/** Loads a file of the library. */
export const load: (file: string) => unknown = begin();
