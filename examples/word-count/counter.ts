/** Five threads add to one number, without a lock and with one. */
import { Lock, SharedInt32, Thread } from "threadkit";

const THREADS = 5;
const INCREMENTS = 100_000;

export interface CounterResult {
  counted: number;
  expected: number;
  milliseconds: number;
}

/** `value += 1` is a read and a write. Another thread's increment that comes in between is lost. */
export function countWithoutLock(): CounterResult {
  const counter = new SharedInt32(0);
  return timed(counter, () => {
    for (let i = 0; i < INCREMENTS; i++) counter.value += 1;
  });
}

/** The lock lets one thread at a time do the read and the write. */
export function countWithLock(): CounterResult {
  const counter = new SharedInt32(0);
  const lock = new Lock();
  return timed(counter, () => {
    for (let i = 0; i < INCREMENTS; i++) {
      lock.with(() => {
        counter.value += 1;
      });
    }
  });
}

function timed(counter: SharedInt32, target: () => void): CounterResult {
  const start = performance.now();
  const threads = Array.from({ length: THREADS }, () => new Thread({ target }));
  for (const thread of threads) thread.start();
  for (const thread of threads) thread.join();
  return { counted: counter.value, expected: THREADS * INCREMENTS, milliseconds: performance.now() - start };
}
