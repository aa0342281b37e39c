import { parentPort } from "node:worker_threads";

parentPort.on("message", (bytes) => parentPort.postMessage(bytes, [bytes.buffer]));
