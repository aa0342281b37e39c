import { SharedMap } from "threadkit";
import { perRound, serve } from "./protocol.ts";

const keys = Array.from({ length: 1000 }, (_, i) => `user:${i}`);
const map = new SharedMap(keys.map((key, i) => [key, i] as const));
await serve(() =>
  perRound(200_000, (count) => {
    for (let i = 0; i < count; i++) map.set(keys[i % 1000], i);
  }),
);
