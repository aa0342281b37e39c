import { perRound, serve } from "./protocol.ts";

const words = new Int32Array(new SharedArrayBuffer(16));
const wide = new BigInt64Array(words.buffer);
const double = new Float64Array(1);
const bits = new BigInt64Array(double.buffer);
await serve(() =>
  perRound(200_000, (count) => {
    for (let i = 0; i < count; i++) {
      Atomics.store(words, 2, Atomics.load(words, 2) + 1);
      bits[0] = Atomics.load(wide, 0);
      double[0] += 0.5;
      Atomics.store(wide, 0, bits[0]);
    }
  }),
);
