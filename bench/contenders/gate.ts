/** Lets threads that stand ready start at the same moment, and tells when all are done. */
const ROUND = 0;
const READY = 1;
const DONE = 2;

export function makeGate(): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(12));
}

/** In a thread: calls `body` each time that the gate opens. */
export function runAtGate(gate: Int32Array, body: () => void): void {
  for (let round = 0; ; round++) {
    Atomics.add(gate, READY, 1);
    Atomics.notify(gate, READY);
    Atomics.wait(gate, ROUND, round);
    body();
    Atomics.add(gate, DONE, 1);
    Atomics.notify(gate, DONE);
  }
}

/** In the caller: milliseconds from the opening of the gate until all `threads` are done. */
export function openGate(gate: Int32Array, threads: number): number {
  awaitCount(gate, READY, threads);
  const start = performance.now();
  Atomics.add(gate, ROUND, 1);
  Atomics.notify(gate, ROUND);
  awaitCount(gate, DONE, threads);
  return performance.now() - start;
}

function awaitCount(gate: Int32Array, at: number, count: number): void {
  for (let now = Atomics.load(gate, at); now < count; now = Atomics.load(gate, at))
    Atomics.wait(gate, at, now);
  Atomics.store(gate, at, 0);
}
