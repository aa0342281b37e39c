import { PriorityQueue } from "threadkit";
import { perRound, serve } from "./protocol.ts";

const FILLED = 1_000;
const queue = new PriorityQueue<number>();
for (let i = 0; i < FILLED; i++) queue.put((i * 7919) % 10_007);
await serve(() =>
  perRound(20_000, (count) => {
    for (let i = 0; i < count; i++) {
      queue.put((i * 7919) % 10_007);
      queue.get();
    }
  }),
);
