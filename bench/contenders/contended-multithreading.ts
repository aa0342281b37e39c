import { initRuntime, Mutex, move, spawn } from "multithreading";
import { serve } from "./protocol.ts";

const THREADS = 5;
const INCREMENTS = 100_000;
const mutex = new Mutex(new Int32Array(new SharedArrayBuffer(4)));
initRuntime({ maxWorkers: THREADS });

await serve(async () => {
  const start = performance.now();
  const handles = Array.from({ length: THREADS }, () =>
    spawn(move(mutex, INCREMENTS), (mutex, increments) => {
      for (let i = 0; i < increments; i++) {
        const guard = mutex.blockingLock();
        guard.value[0] += 1;
        guard.dispose();
      }
    }),
  );
  for (const handle of handles) {
    const result = await handle.join();
    if (!result.ok) throw result.error;
  }
  const milliseconds = performance.now() - start;
  const guard = mutex.blockingLock();
  const counted = guard.value[0];
  guard.value[0] = 0;
  guard.dispose();
  if (counted !== THREADS * INCREMENTS) throw new Error(`lost updates: ${counted}`);
  return milliseconds;
});
