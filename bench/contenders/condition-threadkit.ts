import { Condition, SharedInt32, Thread } from "threadkit";
import { perRound, serve } from "./protocol.ts";

/** The ball goes to and fro: each stroke is a notify, a wait, and a hand-over of the lock. */
const changed = new Condition();
const ball = new SharedInt32(0);
const partner = new Thread({
  daemon: true,
  target: () => {
    changed.acquire();
    for (;;) {
      while (ball.value === 0) changed.wait();
      ball.value = 0;
      changed.notify();
    }
  },
}).start();
await serve(() => {
  if (!partner.isAlive()) throw partner.exception;
  const ns = perRound(2_000, (count) => {
    changed.acquire();
    for (let i = 0; i < count; i++) {
      ball.value = 1;
      changed.notify();
      while (ball.value === 1) changed.wait();
    }
    changed.release();
  });
  return ns / 1000;
});
