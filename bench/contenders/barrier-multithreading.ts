// Three threads that meet again and again.
import { Barrier, initRuntime, move, spawn } from "multithreading";
import { perRound, serve } from "./protocol.ts";

const barrier = new Barrier(3);
initRuntime({ maxWorkers: 2 });
for (let i = 0; i < 2; i++) {
  spawn(move(barrier), (barrier) => {
    for (;;) barrier.blockingWait();
  });
}
// Its workers start when this event loop turns.
await new Promise((resolve) => setTimeout(resolve, 500));
await serve(
  () =>
    perRound(200, (count) => {
      for (let i = 0; i < count; i++) barrier.blockingWait();
    }) / 1000,
);
