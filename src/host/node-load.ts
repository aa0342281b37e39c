/**
 * Loads the library in a worker of Node's. V8 would compile it anew in each, 3–4 ms of every start; the supervisor
 * leaves the compiled code in shared memory, and workers that start later take it from there. V8 checks it against
 * the source, its own version and flags, and compiles as usual if anything differs.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Script } from "node:vm";
import { workerData } from "node:worker_threads";

interface Core {
  runWorker(): void;
  runSupervisor(codeCache: () => Uint8Array): void;
}
type Wrapper = (
  exports: Core,
  require: NodeJS.Require,
  module: NodeJS.Module,
  file: string,
  folder: string,
) => void;

/** Of the file that this is bundled into, which stands beside core.cjs. */
declare const require: NodeJS.Require;
declare const __dirname: string;

/** The library, and how to make a code cache of it with all that has run by then. */
export function loadCore(cacheIn: (arena: SharedArrayBuffer) => Uint8Array | undefined): {
  core: Core;
  codeCache: () => Uint8Array;
} {
  const file = join(__dirname, "core.cjs");
  const source = `(function(exports,require,module,__filename,__dirname){${readFileSync(file, "utf8")}\n})`;
  const cachedData = cacheIn((workerData as { arena: SharedArrayBuffer }).arena);
  const script = new Script(source, { filename: file, cachedData });
  const module = {
    ...{ id: file, filename: file, path: __dirname, loaded: true, children: [], paths: [] },
    exports: {} as Core,
  };
  require.cache[file] = module as unknown as NodeJS.Module; // whoever imports the library gets this one
  const wrapper = script.runInThisContext() as Wrapper;
  wrapper(module.exports, require, require.cache[file], file, __dirname);
  return { core: module.exports, codeCache: () => script.createCachedData() };
}
