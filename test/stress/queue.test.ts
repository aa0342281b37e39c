/** Queues under load: nothing lost, nothing doubled, each producer's items in order, nobody left behind, words quiet. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import "../harness/watchdog.ts";
import { LifoQueue, PriorityQueue, Queue, SharedInt32, Thread } from "threadkit";
import { usedBytes } from "../harness/arena.ts";
import { countsOf, unquiet } from "../harness/queues.ts";
import { freshSeed, randomFrom } from "../harness/random.ts";
import { joinAll, startEach } from "../harness/threads.ts";

type Item = number | { producer: number; n: number; text: string };

interface Load {
  kind: "Queue" | "LifoQueue" | "PriorityQueue" | "own order";
  producers: number;
  consumers: number;
  /** Threads of each kind that await instead of blocking. */
  awaiting: number;
  maxsize: number;
  each: number;
  /** Characters of text that an item carries at most; −1: items are whole numbers. */
  text: number;
  /** How many of a hundred waits are given up soon. */
  impatient: number;
}

const LOADS: Load[] = [
  {
    kind: "Queue",
    producers: 1,
    consumers: 1,
    awaiting: 0,
    maxsize: 0,
    each: 200_000,
    text: -1,
    impatient: 0,
  },
  {
    kind: "Queue",
    producers: 1,
    consumers: 1,
    awaiting: 0,
    maxsize: 1,
    each: 30_000,
    text: -1,
    impatient: 0,
  },
  {
    kind: "Queue",
    producers: 3,
    consumers: 2,
    awaiting: 0,
    maxsize: 10,
    each: 30_000,
    text: -1,
    impatient: 20,
  },
  {
    kind: "Queue",
    producers: 2,
    consumers: 4,
    awaiting: 1,
    maxsize: 3,
    each: 4_000,
    text: 30,
    impatient: 20,
  },
  {
    kind: "Queue",
    producers: 4,
    consumers: 1,
    awaiting: 1,
    maxsize: 100,
    each: 3_000,
    text: 2_000,
    impatient: 10,
  },
  {
    kind: "Queue",
    producers: 2,
    consumers: 2,
    awaiting: 2,
    maxsize: 2,
    each: 2_000,
    text: 20,
    impatient: 30,
  },
  {
    kind: "LifoQueue",
    producers: 2,
    consumers: 2,
    awaiting: 0,
    maxsize: 5,
    each: 30_000,
    text: -1,
    impatient: 10,
  },
  {
    kind: "LifoQueue",
    producers: 2,
    consumers: 2,
    awaiting: 1,
    maxsize: 0,
    each: 4_000,
    text: 100,
    impatient: 10,
  },
  {
    kind: "PriorityQueue",
    producers: 2,
    consumers: 2,
    awaiting: 0,
    maxsize: 0,
    each: 20_000,
    text: -1,
    impatient: 0,
  },
  {
    kind: "PriorityQueue",
    producers: 2,
    consumers: 2,
    awaiting: 1,
    maxsize: 4,
    each: 5_000,
    text: -1,
    impatient: 20,
  },
  {
    kind: "own order",
    producers: 2,
    consumers: 2,
    awaiting: 0,
    maxsize: 3,
    each: 3_000,
    text: -1,
    impatient: 20,
  },
  {
    kind: "own order",
    producers: 3,
    consumers: 2,
    awaiting: 1,
    maxsize: 20,
    each: 700,
    text: 50,
    impatient: 20,
  },
];

function make(kind: Load["kind"], maxsize: number): Queue<Item> {
  if (kind === "Queue") return new Queue(maxsize);
  if (kind === "LifoQueue") return new LifoQueue(maxsize);
  if (kind === "PriorityQueue") return new PriorityQueue({ maxsize });
  return new PriorityQueue({
    maxsize,
    compare: (a, b) => (typeof a === "number" || typeof b === "number" ? Number(a) - Number(b) : a.n - b.n),
  });
}

const MANY = 1_000_000;

/** Number n of a producer: as a whole number, or as an object with a text that can be checked. */
function itemOf(load: Load, producer: number, n: number, random: () => number): Item {
  if (load.text < 0) return producer * MANY + n;
  return { producer, n, text: `${n}`.padEnd(Math.floor(random() * load.text), "x") };
}

/** Puts all of its items, sometimes at the second try. */
async function produce(queue: Queue<Item>, load: Load, producer: number, seed: number, awaits: boolean) {
  const random = randomFrom(seed);
  for (let n = 0; n < load.each; n++) {
    const item = itemOf(load, producer, n, random);
    for (let done = false; !done; ) {
      const timeout = random() * 100 < load.impatient ? random() * 0.3 : undefined;
      try {
        if (awaits) await queue.putAsync(item, { timeout });
        else queue.put(item, { timeout });
        done = true;
      } catch (error) {
        if ((error as { code?: string }).code !== "QUEUE_FULL") throw error;
      }
    }
  }
}

/** Takes until the end, and answers with what it took, in that order. */
async function consume(
  queue: Queue<Item>,
  taken: Queue<number[]>,
  load: Load,
  seed: number,
  awaits: boolean,
) {
  const random = randomFrom(seed);
  const seen: number[] = [];
  for (;;) {
    const timeout = random() * 100 < load.impatient ? random() * 0.3 : undefined;
    try {
      const item = awaits ? await queue.getAsync({ timeout }) : queue.get({ timeout });
      if (typeof item !== "number" && item.text.replace(/x*$/, "") !== `${item.n}`)
        throw new Error(`torn: ${item.text}`);
      seen.push(typeof item === "number" ? item : item.producer * MANY + item.n);
      queue.taskDone();
    } catch (error) {
      const { code } = error as { code?: string };
      if (code === "QUEUE_SHUT_DOWN") break;
      if (code !== "QUEUE_EMPTY") throw error;
    }
  }
  taken.put(seen);
}

describe("a queue under load", { concurrency: false }, () => {
  for (const load of LOADS) {
    const { kind, producers, consumers, awaiting, maxsize, each, text, impatient } = load;
    test(`${kind} of ${maxsize}: ${producers} producers, ${consumers} consumers, ${awaiting} of them awaiting, text ${text}, ${impatient} % impatient`, async (t) => {
      const seed = freshSeed();
      t.diagnostic(`seed ${seed}`);
      const queue = make(kind, maxsize);
      const taken = new Queue<number[]>();
      const before = usedBytes();
      const takers = startEach(
        consume,
        Array.from(
          { length: consumers },
          (_, i) => [queue, taken, load, seed + 100 + i, i < awaiting] as const,
        ),
      );
      const givers = startEach(
        produce,
        Array.from({ length: producers }, (_, i) => [queue, load, i, seed + i, i < awaiting] as const),
      );
      await joinAll(givers);
      assert.equal(await queue.joinAsync(), true);
      queue.shutdown();
      await joinAll(takers);
      taken.shutdown();
      const lists = [...taken];
      assert.equal(lists.length, consumers);
      const all = lists.flat().sort((a, b) => a - b);
      const put = Array.from({ length: producers }, (_, producer) =>
        Array.from({ length: each }, (_, n) => producer * MANY + n),
      ).flat();
      assert.deepEqual(all, put, `seed ${seed}: each item once`);
      if (kind === "Queue")
        for (const list of lists)
          for (let producer = 0; producer < producers; producer++) {
            const its = list.filter((item) => Math.floor(item / MANY) === producer);
            assert.ok(
              its.every((item, i) => i === 0 || its[i - 1] < item),
              `seed ${seed}: a consumer saw producer ${producer} out of order`,
            );
          }
      assert.deepEqual(countsOf(queue), { items: 0, unfinished: 0 });
      assert.deepEqual(unquiet(queue), {}, `seed ${seed}`);
      if (text >= 0) assert.ok(usedBytes() - before < each * 20, `${usedBytes() - before} bytes are left`);
    });
  }

  for (const immediate of [false, true])
    test(`shut down ${immediate ? "for good " : ""}at any moment leaves nobody waiting, and what was put was taken or dropped`, async (t) => {
      const seed = freshSeed();
      t.diagnostic(`seed ${seed}`);
      const random = randomFrom(seed);
      for (let round = 0; round < 40; round++) {
        const kinds = ["Queue", "LifoQueue", "PriorityQueue", "own order"] as const;
        const queue = make(kinds[round % 4], 1 + Math.floor(random() * 4));
        const [put, got] = [new SharedInt32(), new SharedInt32()];
        const threads = [
          ...startEach(
            async (queue, put, awaits) => {
              try {
                for (let n = 0; ; n++) {
                  if (awaits) await queue.putAsync(n);
                  else queue.put(n);
                  put.add(1);
                }
              } catch (error) {
                if ((error as { code?: string }).code !== "QUEUE_SHUT_DOWN") throw error;
              }
            },
            [false, true].map((awaits) => [queue, put, awaits] as const),
          ),
          ...startEach(
            async (queue, got, awaits) => {
              if (awaits) for await (const _ of queue) got.add(1);
              else for (const _ of queue) got.add(1);
            },
            [false, true].map((awaits) => [queue, got, awaits] as const),
          ),
        ];
        while (got.value < random() * 200) await new Promise((resolve) => setTimeout(resolve, 0));
        queue.shutdown({ immediate });
        await joinAll(threads);
        const { items, unfinished } = countsOf(queue);
        assert.equal(items, 0);
        if (immediate) assert.ok(got.value <= put.value);
        else assert.equal(got.value, put.value, `seed ${seed} round ${round}`);
        assert.equal(unfinished, got.value);
        assert.deepEqual(unquiet(queue), {}, `seed ${seed} round ${round}`);
      }
    });

  test("joined again and again returns each time all are done", async () => {
    const queue = new Queue<number>(4);
    const workers = [1, 2].map(() =>
      new Thread({
        target: () => {
          for (const _ of queue) queue.taskDone();
        },
      }).start(),
    );
    for (let round = 0; round < 500; round++) {
      for (let i = 0; i < 5; i++) queue.put(i);
      if (round % 2) queue.join();
      else await queue.joinAsync();
      assert.equal(countsOf(queue).unfinished, 0);
    }
    queue.shutdown();
    await joinAll(workers as Thread[]);
    assert.deepEqual(unquiet(queue), {});
  });

  test("is flat over a million items", () => {
    const queue = new Queue<number>(100);
    const thread = new Thread({
      target: () => {
        let sum = 0;
        for (const n of queue) sum += n;
        if (sum !== 499_999_500_000) throw new Error(`${sum}`);
      },
    }).start();
    queue.put(0);
    const before = usedBytes();
    for (let i = 1; i < 1_000_000; i++) queue.put(i);
    const after = usedBytes();
    queue.shutdown();
    thread.join();
    assert.equal(thread.exception, undefined);
    assert.ok(after - before < 10_000, `${after - before} bytes`);
  });
});
