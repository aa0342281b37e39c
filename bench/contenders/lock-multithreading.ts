import { Mutex } from "multithreading";
import { perRound, serve } from "./protocol.ts";

const mutex = new Mutex();
await serve(() =>
  perRound(50_000, (count) => {
    for (let i = 0; i < count; i++) mutex.blockingLock().dispose();
  }),
);
