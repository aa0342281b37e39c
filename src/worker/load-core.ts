/** Loads the library in a worker, with the code caches that it finds. */
import { workerData } from "node:worker_threads";
import { load } from "../host/node-load.ts";
import { cachedCode } from "./cached-code.ts";

interface Core {
  runWorker(): void;
  runSupervisor(codeCache: (file: string) => Uint8Array): void;
  /** What it takes in place of `require` for its other files. */
  loadWith(load: (file: string) => unknown): void;
}

export function loadCore(): Core {
  const { arena } = workerData as { arena: SharedArrayBuffer };
  const withCache = (file: string) => load(file, cachedCode(arena, file));
  const core = withCache("core.cjs") as Core;
  core.loadWith(withCache);
  return core;
}
