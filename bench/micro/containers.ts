/**
 * SharedList, SharedRef and sharedArray beside what they stand in for: a plain array, a plain typed array, and copies
 * of the same data by `postMessage`. Nanoseconds an operation, medians of interleaved rounds. Compare only within a
 * line. Run: `node scripts/build.mjs && npx tsx --tsconfig tsconfig.run.json bench/micro/containers.ts`.
 */
import { MessageChannel, receiveMessageOnPort } from "node:worker_threads";
import { SharedList, SharedRef, sharedArray } from "threadkit";

const ROUNDS = 15;
const WARMUP = 5;
const BATCH = 1000;

const { port1, port2 } = new MessageChannel();
/** What a list would cost that is kept by copying each item to its owner. */
function post(value: unknown): unknown {
  port1.postMessage(value);
  return receiveMessageOnPort(port2)?.message;
}

const VALUES: Record<string, unknown> = {
  integer: 42,
  float: 0.1,
  string: "hello, thread",
  object: { id: 42, name: "widget", tags: ["a", "b"] },
};

type Contenders = Record<string, () => void>;
const rows: [name: string, contenders: Contenders][] = [];

for (const [kind, value] of Object.entries(VALUES)) {
  const list = new SharedList<unknown>();
  const filled = new SharedList<unknown>(Array.from({ length: BATCH }, () => value));
  const plain: unknown[] = [];
  const filledPlain = Array.from({ length: BATCH }, () => value);
  let sink: unknown;
  rows.push(
    [
      `list push and pop, ${kind}`,
      {
        SharedList: () => {
          for (let i = 0; i < BATCH; i++) list.push(value);
          for (let i = 0; i < BATCH; i++) sink = list.pop();
        },
        array: () => {
          for (let i = 0; i < BATCH; i++) plain.push(value);
          for (let i = 0; i < BATCH; i++) sink = plain.pop();
        },
        postMessage: () => {
          for (let i = 0; i < BATCH; i++) sink = post(value);
        },
      },
    ],
    [
      `list at, ${kind}`,
      {
        SharedList: () => {
          for (let i = 0; i < BATCH; i++) sink = filled.at(i);
        },
        array: () => {
          for (let i = 0; i < BATCH; i++) sink = filledPlain.at(i);
        },
        postMessage: () => {
          for (let i = 0; i < BATCH; i++) sink = post(value);
        },
      },
    ],
    [
      `list loop, ${kind}`,
      {
        SharedList: () => {
          for (const item of filled) sink = item;
        },
        array: () => {
          for (const item of filledPlain) sink = item;
        },
        postMessage: () => {
          for (const item of post(filledPlain) as unknown[]) sink = item;
        },
      },
    ],
    [
      `ref get and set, ${kind}`,
      (() => {
        const ref = new SharedRef<unknown>(value);
        let variable: unknown;
        return {
          SharedRef: () => {
            for (let i = 0; i < BATCH; i++) {
              ref.set(value);
              sink = ref.get();
            }
          },
          variable: () => {
            for (let i = 0; i < BATCH; i++) {
              variable = value;
              sink = variable;
            }
          },
          postMessage: () => {
            for (let i = 0; i < BATCH; i++) sink = post(value);
          },
        };
      })(),
    ],
  );
  if (sink === rows) throw new Error("never");
}
{
  const ref = new SharedRef(0);
  rows.push([
    "ref update, integer",
    {
      update: () => {
        for (let i = 0; i < BATCH; i++) ref.update((n) => (n + 1) & 0xffff);
      },
    },
  ]);
}
{
  const [shared, plain] = [sharedArray(Float64Array, BATCH), new Float64Array(BATCH)];
  const sweep = (array: Float64Array) => () => {
    for (let i = 0; i < BATCH; i++) array[i] = array[i] * 0.5 + 1;
  };
  rows.push([
    "array read and write",
    { sharedArray: sweep(shared as unknown as Float64Array), plain: sweep(plain) },
  ]);
}

const median = (samples: number[]) => samples.sort((a, b) => a - b)[samples.length >> 1];

for (const [name, contenders] of rows) {
  const samples: Record<string, number[]> = {};
  for (let round = 0; round < WARMUP + ROUNDS; round++) {
    for (const [who, run] of Object.entries(contenders)) {
      const start = performance.now();
      let runs = 0;
      do {
        run();
        runs++;
      } while (performance.now() - start < 3);
      const ns = ((performance.now() - start) / (runs * BATCH)) * 1e6;
      if (round >= WARMUP) (samples[who] ??= []).push(ns);
    }
  }
  const figures = Object.entries(samples).map(([who, of]) => `${who} ${median(of).toFixed(1)}`);
  console.log(`${name.padEnd(28)}${figures.join("   ")}`);
}
process.exit();
