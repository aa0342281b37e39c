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
  runSupervisor(codeCache: (file: string) => Uint8Array): void;
  /** What it takes in place of `require` for its other files. */
  loadWith(load: (file: string) => unknown): void;
}
type Wrapper = (
  exports: object,
  require: NodeJS.Require,
  module: NodeJS.Module,
  file: string,
  folder: string,
) => void;
type Caches = (arena: SharedArrayBuffer, file: string) => Uint8Array | undefined;

/** Of the file that this is bundled into, which stands beside the library. */
declare const require: NodeJS.Require;
declare const __dirname: string;

/** The library, which loads its other files with their caches, too. */
export function loadCore(cacheIn: Caches): Core {
  const core = load("core.cjs", cacheIn) as Core;
  core.loadWith((file) => load(file, cacheIn));
  return core;
}

/** Those that have run here, by file. */
const scripts = new Map<string, Script>();

function load(name: string, cacheIn: Caches): unknown {
  const file = join(__dirname, name);
  const loaded = require.cache[file];
  if (loaded !== undefined) return loaded.exports; // somebody has imported the library
  const script = compile(name, cacheIn((workerData as { arena: SharedArrayBuffer }).arena, name));
  scripts.set(name, script);
  const module = {
    ...{ id: file, filename: file, path: __dirname, loaded: true, children: [], paths: [] },
    exports: {},
  } as unknown as NodeJS.Module;
  require.cache[file] = module; // whoever imports the library gets this one
  (script.runInThisContext() as Wrapper)(module.exports, require, module, file, __dirname);
  return module.exports;
}

function compile(name: string, cachedData?: Uint8Array): Script {
  const file = join(__dirname, name);
  const source = `(function(exports,require,module,__filename,__dirname){${readFileSync(file, "utf8")}\n})`;
  return new Script(source, { filename: file, cachedData });
}

/** A cache of a file of the library, with all of it that has run here: of those that have not, V8 keeps less. */
export function codeCache(name: string): Uint8Array {
  return (scripts.get(name) ?? compile(name)).createCachedData();
}
