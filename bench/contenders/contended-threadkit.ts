import { Lock, SharedInt32, Thread } from "threadkit";
import { makeGate, openGate, runAtGate } from "./gate.ts";
import { serve } from "./protocol.ts";

const THREADS = 5;
const INCREMENTS = 100_000;
const gate = makeGate();
const counter = new SharedInt32(0);
const lock = new Lock();

function increment() {
  for (let i = 0; i < INCREMENTS; i++) {
    lock.acquire();
    counter.value += 1;
    lock.release();
  }
}

for (let i = 0; i < THREADS; i++)
  new Thread({ target: () => runAtGate(gate, increment), daemon: true }).start();
await serve(() => {
  counter.value = 0;
  const milliseconds = openGate(gate, THREADS);
  if (counter.value !== THREADS * INCREMENTS) throw new Error(`lost updates: ${counter.value}`);
  return milliseconds;
});
