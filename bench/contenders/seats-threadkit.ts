import { Semaphore, SharedInt32, Thread } from "threadkit";
import { makeGate, openGate, runAtGate } from "./gate.ts";
import { serve } from "./protocol.ts";

const THREADS = 5;
const VISITS = 50_000;
const gate = makeGate();
const visits = new SharedInt32();
const seats = new Semaphore(2);

function visit() {
  for (let i = 0; i < VISITS; i++) {
    seats.acquire();
    visits.add(1);
    seats.release();
  }
}

for (let i = 0; i < THREADS; i++) new Thread({ target: () => runAtGate(gate, visit), daemon: true }).start();
await serve(() => {
  visits.value = 0;
  const milliseconds = openGate(gate, THREADS);
  if (visits.value !== THREADS * VISITS) throw new Error(`lost visits: ${visits.value}`);
  return milliseconds;
});
