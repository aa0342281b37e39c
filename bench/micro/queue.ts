/**
 * What a put and a get cost by what the item is, and how a PriorityQueue fills: medians, one thread.
 * Run: `npx tsx bench/micro/queue.ts`, after a build. Compare only within a table.
 */
import { LifoQueue, Lock, PriorityQueue, Queue, SimpleQueue } from "threadkit";

const ROUNDS = 9;
const COUNT = 20_000;

function median(samples: number[]): number {
  return samples.sort((a, b) => a - b)[samples.length >> 1];
}

/** Nanoseconds for each of `count` calls of `body`. */
function cost(count: number, body: (i: number) => void): number {
  const samples = Array.from({ length: ROUNDS }, () => {
    const start = performance.now();
    for (let i = 0; i < count; i++) body(i);
    return ((performance.now() - start) * 1e6) / count;
  });
  return median(samples);
}

const lock = new Lock();
const items: Record<string, (i: number) => unknown> = {
  "small integer": (i) => i,
  fraction: (i) => i + 0.5,
  boolean: (i) => i % 2 === 0,
  "shared object": () => lock,
  "string of 10": (i) => `${i}`.padStart(10, "-"),
  "string of 1,000": (i) => `${i}`.padStart(1_000, "-"),
  "small object": (i) => ({ id: i, name: "widget" }),
  "100 numbers": (i) => Array.from({ length: 100 }, (_, n) => n + i),
};

console.log("put and get, ns");
const queues = { Queue: new Queue(), LifoQueue: new LifoQueue(), SimpleQueue: new SimpleQueue() };
for (const [name, make] of Object.entries(items)) {
  const figures = Object.entries(queues).map(([kind, queue]) => {
    const ns = cost(COUNT, (i) => {
      queue.put(make(i));
      queue.get();
    });
    return `${kind} ${ns.toFixed(0).padStart(6)}`;
  });
  console.log(`  ${name.padEnd(16)} ${figures.join("   ")}`);
}

console.log("PriorityQueue of n random items, ns for a put and a get");
for (const n of [10, 100, 1_000, 10_000, 100_000]) {
  const numbers = new PriorityQueue<number>();
  const pairs = new PriorityQueue<[number, string]>();
  let seed = 1;
  const next = () => (seed = (Math.imul(seed, 48_271) & 0x7fffffff) % 1_000_003);
  for (let i = 0; i < n; i++) numbers.put(next());
  for (let i = 0; i < Math.min(n, 10_000); i++) pairs.put([next(), "job"]);
  const count = n > 1_000 ? 500 : COUNT / 10;
  const plain = cost(count, () => {
    numbers.put(next());
    numbers.get();
  });
  const pair = cost(count, () => {
    pairs.put([next(), "job"]);
    pairs.get();
  });
  console.log(
    `  ${String(n).padStart(7)}   numbers ${plain.toFixed(0).padStart(6)}   [priority, item] ${n > 10_000 ? "     –" : pair.toFixed(0).padStart(6)}`,
  );
}
