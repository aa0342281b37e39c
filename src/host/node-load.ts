/**
 * Loads the files of the library in Node, by scripts of which V8 can make a code cache. V8 would compile them anew in
 * each worker, 8–12 ms of a start; the first thread that has run them leaves the compiled code in shared memory, and
 * workers take it from there. V8 checks it against the source, its own version and flags, and compiles as usual if
 * anything differs.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Script } from "node:vm";

type Wrapper = (
  exports: object,
  require: NodeJS.Require,
  module: NodeJS.Module,
  file: string,
  folder: string,
) => void;

/** Of the file that this is bundled into, which stands beside the library. */
declare const require: NodeJS.Require;
declare const __dirname: string;

/** Those that have run here, by file. */
const scripts = new Map<string, Script>();

/** Loads a file of the library once, as `require` would. */
export function load(name: string, cachedData?: Uint8Array): unknown {
  const file = join(__dirname, name);
  const loaded = require.cache[file];
  if (loaded !== undefined) return loaded.exports; // somebody has imported the library
  const script = compile(name, cachedData);
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

/** Has it run here? */
export function hasRun(name: string): boolean {
  return scripts.has(name);
}

/**
 * Is this the realm that Node gave the thread, in which scripts run? Those of Vitest and Jest are others. And with
 * NODE_COMPILE_CACHE it is `require` that finds compiled code, on the disk.
 */
export function suitsScripts(): boolean {
  const { getCompileCacheDir } = process.getBuiltinModule("node:module") as {
    getCompileCacheDir?(): unknown;
  };
  return new Script("globalThis").runInThisContext() === globalThis && getCompileCacheDir?.() === undefined;
}
