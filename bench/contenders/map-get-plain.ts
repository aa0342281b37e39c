import { perRound, serve } from "./protocol.ts";

const keys = Array.from({ length: 1000 }, (_, i) => `user:${i}`);
const map = new Map(keys.map((key, i) => [key, i] as const));
let sum = 0;
await serve(() =>
  perRound(200_000, (count) => {
    for (let i = 0; i < count; i++) sum += map.get(keys[i % 1000])!;
  }),
);
if (sum < 0) console.log(sum);
