import { isMainThread, parentPort, Worker } from "node:worker_threads";

if (isMainThread) new Worker(new URL(import.meta.url)).once("message", (value) => console.log(value));
else parentPort!.postMessage(1);
