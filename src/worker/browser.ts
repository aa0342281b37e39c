/** The library in a browser: one bundle for pages, threads and the supervisor. */

import { knownExports } from "../capture/library.ts";
import * as outgoing from "../capture/outgoing.ts";
import { runChunk, runChunkAsync } from "../futures/chunk.ts";
import { PoolWorker } from "../futures/pool-worker.ts";
import { beginWorker, setSpawner, watchLeftovers } from "../host/browser.ts";
import { nap } from "../parking/park.ts";
import * as face from "../public/index.ts";
import * as lifting from "../public/lifted.ts";
import { setOutgoing } from "../threading/outgoing.ts";
import { reap } from "../threading/reaper.ts";
import { watchWaits } from "../threading/warning.ts";
import { withoutSupervisor } from "../threading/watch.ts";
import { runWorker } from "./entry.ts";
import { runSupervisor } from "./supervisor-entry.ts";

// Pools have threads run these, which users don't see.
knownExports({ ...face, PoolWorker, runChunk, runChunkAsync });
setOutgoing(() => outgoing);
watchWaits();
withoutSupervisor(reap);

function sleepForEver(): never {
  for (;;) nap(Number.POSITIVE_INFINITY);
}

/** What a worker's first file does: its starter says what it is to be. */
export function begin(): void {
  beginWorker(
    {
      worker() {
        watchLeftovers();
        runWorker();
      },
      supervisor: runSupervisor,
    },
    sleepForEver,
  );
}

export { face, lifting, setSpawner };
