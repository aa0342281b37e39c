/**
 * Fields of a SharedStruct beside hand-written Atomics on the same kind of word, interleaved, medians, in ns.
 * Once with one struct class in the program and once with eight, when the engine no longer keeps a place for each.
 * Compare only within a line. Run after a build: `npx tsx bench/micro/struct.ts`.
 */
import { RLock, SharedStruct } from "threadkit";

const ROUNDS = 15;
const LOOP = 200_000;

const FIELDS = {
  small: "uint8",
  int: "int32",
  float: "float64",
  big: "bigint64",
  flag: "boolean",
  text: "string",
  any: "any",
  lock: RLock,
} as const;
class Record0 extends SharedStruct(FIELDS) {}
const struct = new Record0({ text: "a short text", any: 5 });

const words = new Int32Array(new SharedArrayBuffer(64));
const wide = new BigInt64Array(new SharedArrayBuffer(64));
const double = new Float64Array(1);
const bits = new BigInt64Array(double.buffer);
let sink: unknown = 0;

/** Each runs LOOP times. The first of a pair is ours. */
const pairs: Record<string, readonly [ours: () => void, raw: (() => void) | undefined]> = {
  "int32 get": [
    () => {
      let sum = 0;
      for (let i = 0; i < LOOP; i++) sum += struct.int;
      sink = sum;
    },
    () => {
      let sum = 0;
      for (let i = 0; i < LOOP; i++) sum += Atomics.load(words, 5);
      sink = sum;
    },
  ],
  "int32 set": [
    () => {
      for (let i = 0; i < LOOP; i++) struct.int = i;
    },
    () => {
      for (let i = 0; i < LOOP; i++) Atomics.store(words, 5, i);
    },
  ],
  "boolean get": [
    () => {
      let sum = 0;
      for (let i = 0; i < LOOP; i++) if (struct.flag) sum++;
      sink = sum;
    },
    () => {
      let sum = 0;
      for (let i = 0; i < LOOP; i++) if (Atomics.load(words, 4) === 1) sum++;
      sink = sum;
    },
  ],
  "float64 get": [
    () => {
      let sum = 0;
      for (let i = 0; i < LOOP; i++) sum += struct.float;
      sink = sum;
    },
    () => {
      let sum = 0;
      for (let i = 0; i < LOOP; i++) {
        bits[0] = Atomics.load(wide, 3);
        sum += double[0];
      }
      sink = sum;
    },
  ],
  "float64 set": [
    () => {
      for (let i = 0; i < LOOP; i++) struct.float = i + 0.5;
    },
    () => {
      for (let i = 0; i < LOOP; i++) {
        double[0] = i + 0.5;
        Atomics.store(wide, 3, bits[0]);
      }
    },
  ],
  "bigint64 get": [
    () => {
      for (let i = 0; i < LOOP; i++) sink = struct.big;
    },
    () => {
      for (let i = 0; i < LOOP; i++) sink = Atomics.load(wide, 3);
    },
  ],
  "lock get": [
    () => {
      for (let i = 0; i < LOOP; i++) sink = struct.lock;
    },
    undefined,
  ],
  "any get, an integer": [
    () => {
      for (let i = 0; i < LOOP; i++) sink = struct.any;
    },
    undefined,
  ],
  "any set, an integer": [
    () => {
      for (let i = 0; i < LOOP; i++) struct.any = i;
    },
    undefined,
  ],
  "string get, 12 characters": [
    () => {
      for (let i = 0; i < LOOP / 10; i++) sink = struct.text;
    },
    undefined,
  ],
  "string set, 12 characters": [
    () => {
      for (let i = 0; i < LOOP / 10; i++) struct.text = "another text";
    },
    undefined,
  ],
  "new, with a lock": [
    () => {
      for (let i = 0; i < LOOP / 100; i++) sink = new Record0();
    },
    undefined,
  ],
};

function time(run: () => void, times: number): number {
  const start = performance.now();
  run();
  return ((performance.now() - start) * 1e6) / times;
}

const timesOf = (name: string) =>
  name.startsWith("string") ? LOOP / 10 : name.startsWith("new") ? LOOP / 100 : LOOP;
const median = (samples: number[]) => samples.sort((a, b) => a - b)[samples.length >> 1];

function table(title: string): void {
  console.log(`\n${title}`);
  for (const [name, [ours, raw]] of Object.entries(pairs)) {
    const a: number[] = [];
    const b: number[] = [];
    for (let i = 0; i < ROUNDS; i++) {
      a.push(time(ours, timesOf(name)));
      if (raw) b.push(time(raw, timesOf(name)));
    }
    const mine = median(a);
    const theirs = raw ? median(b) : undefined;
    const ratio =
      theirs === undefined ? "" : `raw ${theirs.toFixed(1).padStart(7)}  ${(mine / theirs).toFixed(2)}x`;
    console.log(`${name.padEnd(28)}${mine.toFixed(1).padStart(8)} ns  ${ratio}`);
  }
}

table("one struct class");
for (let n = 0; n < 8; n++) {
  class Other extends SharedStruct(FIELDS) {}
  const other = new Other();
  for (let i = 0; i < 50_000; i++) {
    other.int = i;
    other.float = i;
    other.flag = true;
    sink = [other.int, other.float, other.flag, other.big, other.lock];
  }
}
table("eight more struct classes");
if (sink === undefined) console.log("never");
