import { RLock } from "threadkit";
import { perRound, serve } from "./protocol.ts";

const lock = new RLock();
await serve(() =>
  perRound(200_000, (count) => {
    for (let i = 0; i < count; i++) {
      lock.acquire();
      lock.release();
    }
  }),
);
