// Three threads that meet again and again.
import { Barrier, Thread } from "threadkit";
import { perRound, serve } from "./protocol.ts";

const barrier = new Barrier(3);
for (let i = 0; i < 2; i++) {
  new Thread({
    target: () => {
      for (;;) barrier.wait();
    },
    daemon: true,
  }).start();
}
await serve(
  () =>
    perRound(1_000, (count) => {
      for (let i = 0; i < count; i++) barrier.wait();
    }) / 1000,
);
