// The ball goes to and fro: each stroke is a notify, a wait, and a hand-over of the lock.
import { Condvar, initRuntime, Mutex, move, spawn } from "multithreading";
import { perRound, serve } from "./protocol.ts";

const mutex = new Mutex(new Int32Array(new SharedArrayBuffer(4)));
const changed = new Condvar();
initRuntime({ maxWorkers: 1 });
spawn(move(mutex, changed), (mutex, changed) => {
  const guard = mutex.blockingLock();
  for (;;) {
    while (guard.value[0] === 0) changed.blockingWait(guard);
    guard.value[0] = 0;
    changed.notifyOne();
  }
});
// Its worker starts when this event loop turns.
await new Promise((resolve) => setTimeout(resolve, 500));
await serve(() => {
  const ns = perRound(500, (count) => {
    const guard = mutex.blockingLock();
    for (let i = 0; i < count; i++) {
      guard.value[0] = 1;
      changed.notifyOne();
      while (guard.value[0] === 1) changed.blockingWait(guard);
    }
    guard.dispose();
  });
  return ns / 1000;
});
