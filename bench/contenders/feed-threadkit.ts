// A producer and a consumer, with room for a hundred; over when all is done.
import { Queue, Thread } from "threadkit";
import { perRound, serve } from "./protocol.ts";

const queue = new Queue<number>(100);
new Thread({
  target: () => {
    for (const _ of queue) queue.taskDone();
  },
  daemon: true,
}).start();
await serve(() =>
  perRound(20_000, (count) => {
    for (let i = 0; i < count; i++) queue.put(i);
    queue.join();
  }),
);
