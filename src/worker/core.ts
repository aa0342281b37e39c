/** The library as it is loaded: the public face, and how workers of it start. */
import { beside } from "../capture/lazy.ts";
import { knownExports } from "../capture/library.ts";
import { runChunk, runChunkAsync } from "../futures/chunk.ts";
import { PoolWorker } from "../futures/pool-worker.ts";
import * as face from "../public/index.ts";
import { setOutgoing } from "../threading/outgoing.ts";

// Pools have threads run these, which users don't see.
knownExports({ ...face, PoolWorker, runChunk, runChunkAsync });
setOutgoing(() => beside("./outgoing.cjs"));

export * from "../public/index.ts";
export { runWorker } from "./entry.ts";
export { runSupervisor } from "./supervisor-entry.ts";
