import { lock, unlock } from "../rivals/raw-lock.ts";
import { perRound, serve } from "./protocol.ts";

const words = new Int32Array(new SharedArrayBuffer(4));
await serve(() =>
  perRound(200_000, (count) => {
    for (let i = 0; i < count; i++) {
      lock(words, 0);
      unlock(words, 0);
    }
  }),
);
