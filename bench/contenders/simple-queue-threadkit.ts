import { SimpleQueue } from "threadkit";
import { perRound, serve } from "./protocol.ts";

const queue = new SimpleQueue<number>();
await serve(() =>
  perRound(100_000, (count) => {
    for (let i = 0; i < count; i++) {
      queue.put(i);
      queue.get();
    }
  }),
);
