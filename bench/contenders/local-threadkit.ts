import { ThreadLocal } from "threadkit";
import { perRound, serve } from "./protocol.ts";

const local = new ThreadLocal(() => ({ count: 0 }));
await serve(() =>
  perRound(100_000, (count) => {
    for (let i = 0; i < count; i++) local.count += 1;
  }),
);
