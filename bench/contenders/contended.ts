import { type Lock, type RLock, Thread } from "threadkit";
import { makeGate, openGate, runAtGate } from "./gate.ts";
import { serve } from "./protocol.ts";

const THREADS = 5;
const INCREMENTS = 100_000;
const gate = makeGate();
/** A plain word, as the hand-written rival has it: what is measured is the lock. */
const counter = new Int32Array(new SharedArrayBuffer(4));

export async function contend(lock: Lock | RLock): Promise<void> {
  const increment = () => {
    for (let i = 0; i < INCREMENTS; i++) {
      lock.acquire();
      counter[0] += 1;
      lock.release();
    }
  };
  for (let i = 0; i < THREADS; i++)
    new Thread({ target: () => runAtGate(gate, increment), daemon: true }).start();
  await serve(() => {
    counter[0] = 0;
    const milliseconds = openGate(gate, THREADS);
    if (counter[0] !== THREADS * INCREMENTS) throw new Error(`lost updates: ${counter[0]}`);
    return milliseconds;
  });
}
