import { Lock, SharedInt32, Thread, ThreadPoolExecutor } from "threadkit";
import { sold, total } from "./prices-esm.mjs";

test("a thread of an ES module", async () => {
  const lock = new Lock();
  const count = new SharedInt32();
  new Thread({ target: () => lock.with(() => count.add(total([1, 2]))) }).start().join();
  new Thread({ target: () => sold.add(5) }).start().join();
  expect([count.value, sold.value]).toEqual([3, 5]);
  const pool = new ThreadPoolExecutor(1);
  expect(await pool.submit(() => import.meta.url)).toBe(import.meta.url);
  expect(await pool.submit(async () => (await import("./prices-esm.mjs")).total([1]))).toBe(1);
  pool.shutdown();
});
