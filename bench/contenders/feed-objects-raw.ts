// The same by postMessage.
import { Worker } from "node:worker_threads";
import { serve } from "./protocol.ts";

const COUNT = 20_000;
const worker = new Worker(
  `const { parentPort } = require("node:worker_threads");
  let got = 0;
  parentPort.on("message", () => {
    if (++got % ${COUNT} === 0) parentPort.postMessage(got);
  });`,
  { eval: true },
);
worker.unref();
await serve(async () => {
  const start = performance.now();
  const all = new Promise((resolve) => worker.once("message", resolve));
  for (let i = 0; i < COUNT; i++) worker.postMessage({ id: i, name: "widget" });
  await all;
  return ((performance.now() - start) * 1e6) / COUNT;
});
