import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { Mutex, SharedStruct, type V8Mutex } from "../rivals/v8.ts";
import { makeGate, openGate, runAtGate } from "./gate.ts";
import { serve } from "./protocol.ts";

const THREADS = 5;
const INCREMENTS = 100_000;

interface Shared {
  gate: Int32Array;
  mutex: V8Mutex;
  counter: Record<string, number>;
}

function increment({ mutex, counter }: Shared) {
  for (let i = 0; i < INCREMENTS; i++) {
    Mutex.lock(mutex, () => {
      counter.value += 1;
    });
  }
}

if (isMainThread) {
  const counter = new new SharedStruct(["value"])();
  const shared: Shared = { gate: makeGate(), mutex: new Mutex(), counter };
  for (let i = 0; i < THREADS; i++) {
    const worker = new Worker(new URL(import.meta.url));
    worker.postMessage(shared);
    worker.unref();
  }
  await serve(() => {
    counter.value = 0;
    const milliseconds = openGate(shared.gate, THREADS);
    if (counter.value !== THREADS * INCREMENTS) throw new Error(`lost updates: ${counter.value}`);
    return milliseconds;
  });
} else {
  parentPort!.once("message", (shared: Shared) => runAtGate(shared.gate, () => increment(shared)));
}
