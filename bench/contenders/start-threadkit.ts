import { Thread } from "threadkit";
import { perRound, serve } from "./protocol.ts";

const target = () => {};
await serve(
  () =>
    perRound(50, (count) => {
      for (let i = 0; i < count; i++) new Thread({ target }).start().join();
    }) / 1000,
);
