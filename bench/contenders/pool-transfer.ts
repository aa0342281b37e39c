/** `pool-transfer.mjs <threadkit|copied|raw>`: 16 MiB there and back. Milliseconds. */
import path from "node:path";
import { Worker } from "node:worker_threads";
import { ThreadPoolExecutor, transfer } from "threadkit";
import { serve } from "./protocol.ts";

const BYTES = 2 ** 24;
const back = (bytes: Uint8Array) => transfer(bytes);
const same = (bytes: Uint8Array) => bytes;

const WAYS: Record<string, () => (bytes: Uint8Array<ArrayBuffer>) => PromiseLike<Uint8Array>> = {
  threadkit() {
    const pool = new ThreadPoolExecutor(1);
    return (bytes) => pool.submit(back, transfer(bytes));
  },
  copied() {
    const pool = new ThreadPoolExecutor(1);
    return (bytes) => pool.submit(same, bytes);
  },
  raw() {
    const worker = new Worker(path.resolve("bench", "workers", "back-raw.mjs"));
    return (bytes) =>
      new Promise((resolve) => {
        worker.once("message", resolve);
        worker.postMessage(bytes, [bytes.buffer]);
      });
  },
};

const send = WAYS[process.argv[2]]();
let bytes: Uint8Array<ArrayBuffer> = new Uint8Array(BYTES);
await serve(async () => {
  const start = performance.now();
  bytes = (await send(bytes)) as Uint8Array<ArrayBuffer>;
  if (bytes.length !== BYTES) throw new Error(`${bytes.length} bytes came back`);
  return performance.now() - start;
});
