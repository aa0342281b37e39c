import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

function result(): Promise<unknown> {
  const worker = new Worker(new URL(import.meta.url), { workerData: stop });
  return new Promise((resolve) => worker.once("message", resolve));
}

const stop: Int32Array = isMainThread ? new Int32Array(new SharedArrayBuffer(4)) : workerData;
if (isMainThread) {
  await result();
  await new Promise((resolve) => setTimeout(resolve, 300));
  const start = performance.now();
  await result();
  const milliseconds = performance.now() - start;
  Atomics.store(stop, 0, 1);
  Atomics.notify(stop, 0);
  console.log(milliseconds);
} else {
  parentPort!.postMessage(1);
  Atomics.wait(stop, 0, 0);
}
