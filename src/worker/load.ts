/**
 * Loads the library in a worker. V8 would compile it anew in each, 3–4 ms of every start; the supervisor leaves the
 * compiled code in the arena, and workers that start later take it from there.
 *
 * The block: bytes of the cache, then the cache. V8 checks it against the source, its version and its flags, and
 * compiles as usual if anything differs.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Script } from "node:vm";
import { workerData } from "node:worker_threads";
import { load } from "#atomics";
import { H_CODE_CACHE } from "../memory/layout.ts";

interface Core {
  runWorker(): void;
  runSupervisor(codeCache: () => Uint8Array): void;
}
type Wrapper = (
  exports: Core,
  require: NodeJS.Require,
  module: { exports: Core },
  file: string,
  folder: string,
) => void;

/** `require` of the file that this is bundled into, which stands beside core.cjs. */
declare const require: NodeJS.Require;
declare const __dirname: string;

/** The library, and how to make a code cache of it with all that has run by then. */
export function loadCore(): { core: Core; codeCache: () => Uint8Array } {
  const file = join(__dirname, "core.cjs");
  const source = `(function(exports,require,module,__filename,__dirname){${readFileSync(file, "utf8")}\n})`;
  const script = new Script(source, { filename: file, cachedData: cached(workerData.arena) });
  const module = { exports: {} as Core };
  (script.runInThisContext() as Wrapper)(module.exports, require, module, file, __dirname);
  return { core: module.exports, codeCache: () => script.createCachedData() };
}

function cached(arena: SharedArrayBuffer): Buffer | undefined {
  const at = load(new Int32Array(arena, 0, H_CODE_CACHE + 1), H_CODE_CACHE);
  if (at === 0) return undefined;
  const [length] = new Int32Array(arena, at * 4, 1);
  return Buffer.from(new Uint8Array(arena, at * 4 + 4, length)); // a copy: V8 wants memory of its own
}
