// Two threads that wake each other in turn: a hand-over there and back.
import { Event, Thread } from "threadkit";
import { perRound, serve } from "./protocol.ts";

const ping = new Event();
const pong = new Event();
new Thread({
  target: () => {
    for (;;) {
      ping.wait();
      ping.clear();
      pong.set();
    }
  },
  daemon: true,
}).start();
await serve(
  () =>
    perRound(2_000, (count) => {
      for (let i = 0; i < count; i++) {
        ping.set();
        pong.wait();
        pong.clear();
      }
    }) / 1000,
);
