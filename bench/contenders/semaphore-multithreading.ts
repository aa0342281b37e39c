import { Semaphore } from "multithreading";
import { perRound, serve } from "./protocol.ts";

const semaphore = new Semaphore(1);
await serve(() =>
  perRound(50_000, (count) => {
    for (let i = 0; i < count; i++) semaphore.blockingAcquire().dispose();
  }),
);
