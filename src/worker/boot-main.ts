/** What a program's `import` of the library loads it by. */
import { codeCache, hasRun, load as run, suitsScripts } from "../host/node-load.ts";

interface Core {
  loadWith(load: (file: string) => unknown): void;
  cacheWith(codeCache: (file: string) => Uint8Array, hasRun: (file: string) => boolean): void;
}

declare const require: (file: string) => unknown;
const inFolder = (file: string) => `./${file}`;

const suits = suitsScripts();
/** Loads a file of the library. */
export function load(file: string): unknown {
  return suits ? run(file) : require(inFolder(file));
}

if (suits) {
  const core = load("core.cjs") as Core;
  core.loadWith(load);
  core.cacheWith(codeCache, hasRun);
}
