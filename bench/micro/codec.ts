/**
 * The codec of `src/transfer` beside `v8.serialize` and JSON: encode and decode of one value, interleaved, medians.
 * Compare only within a line. Run: `npx tsx bench/micro/codec.ts`.
 */

import v8 from "node:v8";
import vm from "node:vm";
import { decode } from "../../src/transfer/decode.ts";
import { encode } from "../../src/transfer/encode.ts";

/** `v8.serialize` leaves buffers behind, whose collection would be charged to whoever runs next. */
v8.setFlagsFromString("--expose-gc");
const collect = vm.runInNewContext("gc") as () => void;

const ROUNDS = 15;
/** Rounds before the first that counts. */
const WARMUP = 10;
/** How long one contender runs a round. */
const SLICE_MS = 8;

const options = { label: "value", shared: { offsetOf: () => undefined } };
const receiver = {
  extras: [],
  adopt(): never {
    throw new Error("no shared objects here");
  },
};
const utf8 = new TextEncoder();
const text = new TextDecoder();

const values: Record<string, unknown> = {
  "small integer": 42,
  "short string": "hello, thread",
  "small object": { id: 42, name: "widget", tags: ["a", "b", "red"] },
  "100 like objects": Array.from({ length: 100 }, (_, i) => ({
    id: i,
    name: `user ${i}`,
    score: i / 3,
    tags: ["x"],
  })),
  "1,000 integers": Array.from({ length: 1000 }, (_, i) => i * 7),
  "10 KB of ascii": "x".repeat(10_000),
  "1 KB of Chinese": "中文".repeat(250),
  "map of 20": new Map(Array.from({ length: 20 }, (_, i) => [`k${i}`, i] as const)),
  "64 KB of floats": new Float64Array(8192).fill(0.5),
};

const contenders: Record<string, (value: unknown) => unknown> = {
  ours: (value) => decode(encode(value, options).bytes, receiver),
  v8: (value) => v8.deserialize(v8.serialize(value)),
  json: (value) => JSON.parse(text.decode(utf8.encode(JSON.stringify(value)))),
};

/** Nanoseconds a run. */
function time(run: (value: unknown) => unknown, value: unknown): number {
  collect();
  const start = performance.now();
  let runs = 0;
  let elapsed = 0;
  do {
    for (let i = 0; i < 10; i++) run(value);
    runs += 10;
    elapsed = performance.now() - start;
  } while (elapsed < SLICE_MS);
  return (elapsed / runs) * 1e6;
}

const median = (samples: number[]) => samples.sort((a, b) => a - b)[samples.length >> 1];

console.log(
  `${"ns".padEnd(18)}${"ours".padStart(9)}${"v8".padStart(9)}${"json".padStart(9)}   v8/ours json/ours`,
);
for (const [name, value] of Object.entries(values)) {
  const samples: Record<string, number[]> = {};
  for (let round = 0; round < WARMUP + ROUNDS; round++) {
    for (const [who, run] of Object.entries(contenders)) {
      const taken = time(run, value);
      if (round >= WARMUP) (samples[who] ??= []).push(taken);
    }
  }
  const [ours, serialize, json] = ["ours", "v8", "json"].map((who) => median(samples[who]));
  const figures = [ours, serialize, json].map((ns) => ns.toFixed(0).padStart(9)).join("");
  console.log(
    `${name.padEnd(18)}${figures}   ${(serialize / ours).toFixed(2).padStart(7)} ${(json / ours).toFixed(2).padStart(9)}`,
  );
}
