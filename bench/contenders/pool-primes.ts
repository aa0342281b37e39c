/** `pool-primes.mjs <workers> [bare]`: primes below a limit, counted in pieces. Milliseconds. */
import { Worker } from "node:worker_threads";
import { ThreadPoolExecutor } from "threadkit";
import { serve } from "./protocol.ts";

const LIMIT = 2_000_000;
const PIECE = 20_000;

function countPrimes(from: number): number {
  let count = 0;
  for (let n = Math.max(2, from); n < from + PIECE; n++) {
    let prime = true;
    for (let d = 2; d * d <= n && prime; d++) prime = n % d !== 0;
    if (prime) count++;
  }
  return count;
}

/** What the machine can do at most: bare workers that take pieces off a counter, and say at the end what they have. */
function bareWorkers(count: number): () => Promise<number> {
  const next = new Int32Array(new SharedArrayBuffer(4));
  const code = `
    const { parentPort, workerData: next } = require("node:worker_threads");
    const PIECE = ${PIECE};
    ${countPrimes}
    parentPort.on("message", () => {
      let primes = 0;
      for (let i = Atomics.add(next, 0, 1); i < ${LIMIT / PIECE}; i = Atomics.add(next, 0, 1)) primes += countPrimes(i * PIECE);
      parentPort.postMessage(primes);
    });`;
  const workers = Array.from({ length: count }, () => new Worker(code, { eval: true, workerData: next }));
  return async () => {
    next[0] = 0;
    const all = workers.map((worker) => {
      worker.postMessage(0);
      return new Promise<number>((resolve) => worker.once("message", resolve));
    });
    return (await Promise.all(all)).reduce((sum, n) => sum + n);
  };
}

function pooled(workers: number): () => Promise<number> {
  const pool = new ThreadPoolExecutor(workers);
  const pieces = Array.from({ length: LIMIT / PIECE }, (_, i) => i * PIECE);
  return async () => {
    let primes = 0;
    for await (const count of pool.map(countPrimes, pieces, { chunksize: 1 })) primes += count;
    return primes;
  };
}

const [workers, kind] = process.argv.slice(2);
const run = kind === "bare" ? bareWorkers(Number(workers)) : pooled(Number(workers));
await serve(async () => {
  // A machine takes its time to come back to a process that was idle while others were measured: 10–20 ms here, also
  // for bare workers, and more the more of the memory is used. This is about work that goes on.
  await run();
  const start = performance.now();
  const primes = await run();
  if (primes !== 148_933) throw new Error(`${primes} primes`);
  return performance.now() - start;
});
