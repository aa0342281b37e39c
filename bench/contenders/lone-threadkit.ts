// A barrier of one party: what a round costs without any waiting.
import { Barrier } from "threadkit";
import { perRound, serve } from "./protocol.ts";

const barrier = new Barrier(1);
await serve(() =>
  perRound(200_000, (count) => {
    for (let i = 0; i < count; i++) barrier.wait();
  }),
);
