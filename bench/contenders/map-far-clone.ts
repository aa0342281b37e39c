// A worker is sent a clone of a map of 100,000 entries, and answers with one field.
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { serve } from "./protocol.ts";

const map = new Map<string, { id: number; name: string }>();
for (let i = 0; i < 100_000; i++) map.set(`user:${i}`, { id: i, name: `name ${i}` });
const worker = new Worker(
  `const { parentPort } = require("node:worker_threads");
   parentPort.on("message", (map) => parentPort.postMessage(map.get("user:7919").id));`,
  { eval: true },
);
worker.unref();
await serve(async () => {
  const start = performance.now();
  worker.postMessage(map);
  await once(worker, "message");
  return (performance.now() - start) * 1000;
});
