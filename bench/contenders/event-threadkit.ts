import { Event } from "threadkit";
import { perRound, serve } from "./protocol.ts";

const event = new Event();
await serve(() =>
  perRound(200_000, (count) => {
    for (let i = 0; i < count; i++) {
      event.set();
      event.wait();
      event.clear();
    }
  }),
);
