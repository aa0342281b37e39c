import { afterAll, describe, expect, test } from "bun:test";
import { Lock, Queue, SharedInt32, Thread, ThreadPoolExecutor } from "threadkit";
import { sold, tax } from "./tax";

const pool = new ThreadPoolExecutor(2);
afterAll(() => pool.shutdown());

test("threads count under a lock that their closures capture", () => {
  const lock = new Lock();
  const hits = new SharedInt32();
  const threads = [1, 2, 3].map((step: number) =>
    new Thread({ target: () => void lock.with(() => hits.add(step)) }).start(),
  );
  for (const thread of threads) thread.join();
  expect(hits.value).toBe(6);
});

describe("a task", () => {
  test.each([2, 4])("uses an argument of its test: %d", async (price) => {
    expect(await pool.submit(() => tax({ price }))).toBe(price / 2);
    await pool.submit(() => sold.add(price));
    expect(sold.value).toBeGreaterThanOrEqual(price);
  });

  test("throws with its class", async () => {
    const price = -Number("1");
    expect(async () => await pool.submit(() => tax({ price }))).toThrow(RangeError);
  });
});

test("a daemon that waits for ever is left running", async () => {
  const [never, ready] = [new Queue<number>(), new Queue<boolean>()];
  new Thread({
    target: () => {
      ready.put(true);
      never.get();
    },
    daemon: true,
  }).start();
  expect(await ready.getAsync()).toBe(true);
});
