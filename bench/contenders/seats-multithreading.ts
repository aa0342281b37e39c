import { initRuntime, move, Semaphore, spawn } from "multithreading";
import { serve } from "./protocol.ts";

const THREADS = 5;
const VISITS = 50_000;
const seats = new Semaphore(2);
const visits = new Int32Array(new SharedArrayBuffer(4));
initRuntime({ maxWorkers: THREADS });

await serve(async () => {
  visits[0] = 0;
  const start = performance.now();
  const handles = Array.from({ length: THREADS }, () =>
    spawn(move(seats, visits, VISITS), (seats, visits, count) => {
      for (let i = 0; i < count; i++) {
        const guard = seats.blockingAcquire();
        Atomics.add(visits, 0, 1);
        guard.dispose();
      }
    }),
  );
  for (const handle of handles) {
    const result = await handle.join();
    if (!result.ok) throw result.error;
  }
  const milliseconds = performance.now() - start;
  if (visits[0] !== THREADS * VISITS) throw new Error(`lost visits: ${visits[0]}`);
  return milliseconds;
});
