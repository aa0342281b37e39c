import { isMainThread, Worker, workerData } from "node:worker_threads";
import { lock, unlock } from "../rivals/raw-lock.ts";
import { makeGate, openGate, runAtGate } from "./gate.ts";
import { serve } from "./protocol.ts";

const THREADS = 5;
const INCREMENTS = 100_000;

interface Shared {
  gate: Int32Array;
  words: Int32Array; // 0: the lock, 16: the counter, on a cache line of its own
}

function increment({ words }: Shared) {
  for (let i = 0; i < INCREMENTS; i++) {
    lock(words, 0);
    words[16] += 1;
    unlock(words, 0);
  }
}

if (isMainThread) {
  const shared: Shared = { gate: makeGate(), words: new Int32Array(new SharedArrayBuffer(128)) };
  for (let i = 0; i < THREADS; i++) new Worker(new URL(import.meta.url), { workerData: shared }).unref();
  await serve(() => {
    shared.words[16] = 0;
    const milliseconds = openGate(shared.gate, THREADS);
    if (shared.words[16] !== THREADS * INCREMENTS) throw new Error(`lost updates: ${shared.words[16]}`);
    return milliseconds;
  });
} else {
  runAtGate(workerData.gate, () => increment(workerData));
}
