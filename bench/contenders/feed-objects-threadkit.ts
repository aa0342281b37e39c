// A producer and a consumer, who answers when it has all.
import { Queue, Thread } from "threadkit";
import { perRound, serve } from "./protocol.ts";

const COUNT = 20_000;
const queue = new Queue<{ id: number; name: string }>();
const done = new Queue<number>();
new Thread({
  target: () => {
    for (;;) {
      for (let i = 0; i < COUNT; i++) queue.get();
      done.put(COUNT);
    }
  },
  daemon: true,
}).start();
await serve(() =>
  perRound(COUNT, (count) => {
    for (let i = 0; i < count; i++) queue.put({ id: i, name: "widget" });
    done.get();
  }),
);
