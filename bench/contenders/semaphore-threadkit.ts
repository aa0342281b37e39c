import { Semaphore } from "threadkit";
import { perRound, serve } from "./protocol.ts";

const semaphore = new Semaphore(1);
await serve(() =>
  perRound(200_000, (count) => {
    for (let i = 0; i < count; i++) {
      semaphore.acquire();
      semaphore.release();
    }
  }),
);
