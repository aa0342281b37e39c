import { Timer } from "threadkit";
import { perRound, serve } from "./protocol.ts";

const fire = () => {};
await serve(
  () =>
    perRound(50, (count) => {
      for (let i = 0; i < count; i++) {
        const timer = new Timer(60_000, fire);
        timer.start();
        timer.cancel();
        timer.join();
      }
    }) / 1000,
);
