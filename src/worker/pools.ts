/** pools.cjs, the part of the library with futures and pools: see memory/parts.ts. */
import { knownExports } from "../capture/library.ts";
import { runChunk, runChunkAsync } from "../futures/chunk.ts";
import { PoolWorker } from "../futures/pool-worker.ts";
import { partLoaded } from "../memory/parts.ts";
import * as face from "../public/pools.ts";

// Pools have threads run these, which users don't see; chunks only for executors that are made of others.
knownExports({ ...face, PoolWorker, runChunk, runChunkAsync });
partLoaded("pools");

export * from "../public/pools.ts";
export { PoolWorker, runChunk, runChunkAsync };
