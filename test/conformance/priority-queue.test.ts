/** The order of a PriorityQueue: its own, and one that is given. SEMANTICS.md 28. */
import assert from "node:assert/strict";
import { describe, test } from "../harness/tests.ts";
import "../harness/watchdog.ts";
import { Lock, PriorityQueue, Queue, SharedBoolean, SharedInt32 } from "threadkit";
import { SORTER } from "../../src/queue/words.ts";
import { arenaWords, indexOf, usedBytes } from "../harness/arena.ts";
import { LONG } from "../harness/delays.ts";
import { countsOf, unquiet } from "../harness/queues.ts";
import { freshSeed, randomFrom } from "../harness/random.ts";
import { refuses } from "../harness/refuses.ts";
import { joinAll, start, startEach } from "../harness/threads.ts";
import { until } from "../harness/until.ts";

function drained<T>(queue: PriorityQueue<T>): T[] {
  const items: T[] = [];
  while (!queue.empty()) items.push(queue.get());
  return items;
}
function sorted<T>(...items: T[]): T[] {
  const queue = new PriorityQueue<T>();
  for (const item of items) queue.put(item);
  return drained(queue);
}

describe("a PriorityQueue without compare", () => {
  test("gives numbers by their values, whatever kind they are", () => {
    assert.deepEqual(sorted(3, -1, 2.5, 1e300, -1e300, 0, 2 ** 40), [-1e300, -1, 0, 2.5, 3, 2 ** 40, 1e300]);
    assert.deepEqual(sorted(Number.POSITIVE_INFINITY, 1, Number.NEGATIVE_INFINITY), [
      Number.NEGATIVE_INFINITY,
      1,
      Number.POSITIVE_INFINITY,
    ]);
    assert.deepEqual(sorted<number | bigint>(3n, 1, 2n, 2.5, 10n ** 30n, 4), [1, 2n, 2.5, 3n, 4, 10n ** 30n]);
  });

  test("gives strings as `<` has them", () => {
    assert.deepEqual(sorted("b", "a", "ä", "Z", "", "aa"), ["", "Z", "a", "aa", "b", "ä"]);
  });

  test("gives arrays element by element, the shorter one first", () => {
    assert.deepEqual(sorted<unknown>([2, "a"], [1, "b"], [1], [1, "a", 0], [1, "a"], []), [
      [],
      [1],
      [1, "a"],
      [1, "a", 0],
      [1, "b"],
      [2, "a"],
    ]);
  });

  test("gives equal ones in the order in which they were put, and pairs of priority and any item", () => {
    const lock = new Lock();
    const items: [number, unknown][] = [
      [1, { job: "b" }],
      [0, "first"],
      [1, { job: "a" }],
      [2, lock],
      [1, null],
    ];
    assert.deepEqual(sorted(...items), [items[1], items[0], items[2], items[4], items[3]]);
    const many = sorted(...Array.from({ length: 100 }, (_, i): [number, object] => [i % 3, { i }]));
    assert.deepEqual(
      many.map(([, item]) => (item as { i: number }).i),
      [0, 1, 2].flatMap((rest) => Array.from({ length: 100 }, (_, i) => i).filter((i) => i % 3 === rest)),
    );
    assert.equal(Object.is(sorted(0, -0)[1], -0), true, "0 and -0 are equal");
  });

  test("refuses what can't be compared, in the middle of a comparison too, and nothing is changed", () => {
    const queue = new PriorityQueue<unknown>();
    queue.put([1, "text"]);
    queue.put([2, "text"]);
    const before = usedBytes();
    for (const item of [[1, 5], [1, ["x"]], "text", 5])
      refuses(
        () => queue.put(item),
        TypeError,
        "NOT_COMPARABLE",
        /^cannot put the item: .* can't be compared with /,
      );
    assert.equal(usedBytes(), before);
    assert.deepEqual(countsOf(queue), { items: 2, unfinished: 2 });
    assert.deepEqual(unquiet(queue), {});
    queue.put([1, "aaa"]);
    assert.deepEqual(queue.get(), [1, "aaa"]);
  });

  test("is sorted whatever is put and taken in between", (t) => {
    const seed = freshSeed();
    t.diagnostic(`seed ${seed}`);
    const random = randomFrom(seed);
    const queue = new PriorityQueue<number | [number, number]>();
    for (const pairs of [false, true]) {
      const model: number[] = [];
      let n = 0;
      for (let i = 0; i < 4000; i++) {
        if (random() < 0.55) {
          const value = random() < 0.5 ? Math.floor(random() * 50) : random() * 50;
          model.push(value);
          model.sort((a, b) => a - b);
          queue.put(pairs ? [value, n++] : value);
        } else if (model.length > 0) {
          const got = queue.get();
          assert.equal(typeof got === "number" ? got : got[0], model.shift());
        }
      }
      while (model.length > 0) {
        const got = queue.get();
        assert.equal(typeof got === "number" ? got : got[0], model.shift());
      }
    }
  });
});

describe("a PriorityQueue with compare", () => {
  test("gives in that order, equal ones as they were put, in every thread", async () => {
    const weights = { low: 3, mid: 2, high: 1 };
    type Job = { rank: keyof typeof weights; n: number };
    const queue = new PriorityQueue<Job>({ compare: (a, b) => weights[a.rank] - weights[b.rank] });
    queue.put({ rank: "low", n: 0 });
    const threads = [
      start((queue) => queue.put({ rank: "high", n: 1 }), queue),
      start(() => queue.put({ rank: "mid", n: 2 })),
    ];
    await joinAll(threads);
    queue.put({ rank: "high", n: 3 });
    const back = new Queue<number>();
    await joinAll([
      start(
        (queue, back) => {
          while (!queue.empty()) back.put(queue.get().n);
        },
        queue,
        back,
      ),
    ]);
    back.shutdown();
    assert.deepEqual([...back], [1, 3, 2, 0]);
  });

  test("that throws: put throws that, and nothing is changed", async () => {
    const wrong = new Error("not today");
    const queue = new PriorityQueue<string>({
      maxsize: 3,
      compare: (a, b) => {
        if (b === "bad") throw wrong;
        return a < b ? -1 : 1;
      },
    });
    queue.put("bad"); // there is nothing to compare it with
    queue.put("a");
    const before = usedBytes();
    assert.throws(
      () => queue.put("bad"),
      (error) => error === wrong,
    );
    assert.throws(
      () => queue.putNowait("bad"),
      (error) => error === wrong,
    );
    await assert.rejects(queue.putAsync("bad"), (error) => error === wrong);
    assert.equal(usedBytes(), before);
    assert.deepEqual(countsOf(queue), { items: 2, unfinished: 2 });
    assert.deepEqual(unquiet(queue), {});
    // Also when it had waited for room: the room is there for the next.
    queue.put("b");
    const failing = queue.putAsync("bad");
    const next = queue.putAsync("c");
    assert.equal(queue.get(), "a");
    await assert.rejects(failing, (error) => error === wrong);
    await next;
    assert.deepEqual(unquiet(queue), {});
    assert.deepEqual(drained(queue), ["b", "bad", "c"]);
  });

  test("must return a number", () => {
    for (const [value, found] of [
      [undefined, "undefined"],
      [true, "true"],
      [Number.NaN, "NaN"],
      [1n, "1n"],
    ] as const) {
      const queue = new PriorityQueue<number>({ compare: () => value as never });
      queue.put(1);
      refuses(
        () => queue.put(2),
        TypeError,
        "NOT_COMPARABLE",
        `cannot put the item: compare returned ${found}. Return a number: below zero if the first comes out first, above zero if the second does, else zero.`,
      );
      assert.deepEqual(countsOf(queue), { items: 1, unfinished: 1 });
    }
  });

  test("may take from the queue, and must not put into it", () => {
    let inside: (() => void) | undefined;
    const queue: PriorityQueue<number> = new PriorityQueue<number>({
      compare: (a, b) => {
        inside?.();
        return a - b;
      },
    });
    queue.put(1);
    inside = () => queue.put(3);
    refuses(
      () => queue.put(2),
      Error as never,
      "QUEUE_IN_COMPARE",
      "cannot put the item: the queue's compare function is running in this thread, which would wait for itself. Only compare there.",
    );
    assert.deepEqual(countsOf(queue), { items: 1, unfinished: 1 });
    let taken = 0;
    inside = () => {
      if (!queue.empty()) taken = queue.get();
    };
    queue.put(2);
    assert.equal(taken, 1);
    assert.deepEqual(drained(queue), [2]);
    assert.deepEqual(unquiet(queue), {});
  });

  test("that is slow keeps others from putting, not from taking; who may not wait waits for it all the same", async () => {
    const go = new SharedBoolean();
    const queue = new PriorityQueue<number>({
      maxsize: 10,
      compare: (a, b) => {
        while (b === 100 && !go.value);
        return a - b;
      },
    });
    for (const n of [1, 2, 3]) queue.put(n);
    const slow = start((queue) => queue.put(100), queue);
    await until(() => arenaWords()[indexOf(queue) + SORTER] !== 0, "it compares");
    const asked = new SharedInt32();
    const others = startEach(
      (queue, n, asked) => {
        asked.add(1);
        queue.putNowait(n);
      },
      [4, 5].map((n) => [queue, n, asked] as const),
    );
    await until(() => asked.value === 2 && others.every((thread) => thread.state === "blocked"), "they wait");
    assert.deepEqual([queue.get(), queue.get(), queue.get()], [1, 2, 3]);
    const mine = queue.putAsync(6, { timeout: LONG });
    go.value = true;
    await joinAll([slow, ...others]);
    await mine;
    assert.deepEqual(drained(queue), [4, 5, 6, 100]);
    assert.deepEqual(unquiet(queue), {});
  });
});
