import { isMainThread, Worker, workerData } from "node:worker_threads";
import { perRound, serve } from "./protocol.ts";

/** The floor: the ball is a word, each stroke a notify and a wait on it. No lock, no line. */
const words: Int32Array = isMainThread ? new Int32Array(new SharedArrayBuffer(4)) : workerData;
if (isMainThread) {
  new Worker(new URL(import.meta.url), { workerData: words }).unref();
  await serve(() => {
    const ns = perRound(2_000, (count) => {
      for (let i = 0; i < count; i++) {
        Atomics.store(words, 0, 1);
        Atomics.notify(words, 0, 1);
        while (Atomics.load(words, 0) === 1) Atomics.wait(words, 0, 1);
      }
    });
    return ns / 1000;
  });
} else {
  for (;;) {
    while (Atomics.load(words, 0) === 0) Atomics.wait(words, 0, 0);
    Atomics.store(words, 0, 0);
    Atomics.notify(words, 0, 1);
  }
}
