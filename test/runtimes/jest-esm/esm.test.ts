import { readFileSync } from "node:fs";
import { Lock, Queue, SharedInt32, SharedStruct, Thread, ThreadPoolExecutor } from "threadkit";
import Shelf, { Currency, onShelf, shelves } from "#shop/money";
import { type OutOfStock, sold, "sum of all" as sum, total } from "./lib/shelf.ts";

const linesOf = (file: string) => readFileSync(new URL(file, import.meta.url), "utf8").split("\n");
const lineOf = (mark: string, file = import.meta.url) =>
  linesOf(file).findIndex((line) => line.includes(`// ${mark}`)) + 1;

const pool = new ThreadPoolExecutor(1);
afterAll(() => pool.shutdown());

const square = (n: number): number => n * n;

test("a closure counts under a captured lock", () => {
  const [lock, count] = [new Lock(), new SharedInt32()];
  new Thread({ target: () => lock.with(() => count.add(square(3))) }).start().join();
  expect(count.value).toBe(9);
});

test("TypeScript modules, found by names that only Jest knows, are imported in the thread", async () => {
  const result = await pool.submit(() => [total([1, 2]), sum([3]), Currency.Pound, onShelf()]);
  expect(result).toEqual([3, 3, "GBP", "tea in EUR"]);
  expect(await pool.submit(() => shelves.label("cup"))).toBe("cup in EUR");
});

test("what they share is the test's own", async () => {
  const shelf = new Shelf({ count: 1 });
  await pool.submit(() => {
    shelf.take();
    sold.add(5);
  });
  expect([shelf.count, sold.value]).toEqual([0, 5]);
});

/** Exported, so that its code is looked for among the exports of this file. */
export class Basket extends SharedStruct({ count: "int32" }) {
  add(): void {
    this.count += sum([1]);
  }
}

test("classes of the test file cross as code", async () => {
  const basket = new Basket({ count: 1 });
  await pool.submit(() => basket.add());
  expect(basket.count).toBe(2);
  expect(await pool.submit(() => new Shelf({ count: 3 }))).toBeInstanceOf(Shelf);
});

test("they are imported dynamically, too", async () => {
  expect(await pool.submit(async () => (await import("#shop/money")).onShelf())).toBe("tea in EUR");
  expect(await pool.submit(async () => (await import("node:path")).basename("/a/b"))).toBe("b");
  expect(await pool.submit(() => import.meta.url)).toBe(import.meta.url);
});

test("and from a thread of the thread", async () => {
  const inner = await pool.submit(async () => {
    const own = new ThreadPoolExecutor(1);
    try {
      return await own.submit(async () => [total([4]), (await import("./lib/shelf.ts")).label("pot")]);
    } finally {
      own.shutdown();
    }
  });
  expect(inner).toEqual([4, "pot in EUR"]);
});

test("errors have the name of their class, and the lines of the files", async () => {
  const empty = new Shelf({ count: 0 });
  const error = (await pool.submit(() => empty.take()).exceptionAsync()) as Error; // called
  expect(error).toBeInstanceOf(Error);
  expect(error.message).toBe("no tea left");
  expect(error.stack).toContain(`shelf.ts:${lineOf("thrown in a module", "./lib/shelf.ts")}:`);
  expect(error.stack).toContain(`esm.test.ts:${lineOf("called")}:`);
  expect([error.constructor.name, (error as OutOfStock).item]).toEqual(["OutOfStock", "tea"]);
});

test("what can't cross is refused by its place", () => {
  let hits = 0;
  const start = () => new Thread({ target: () => void (hits += 1) }).start(); // refused
  expect(start).toThrow(`esm.test.ts:${lineOf("refused")}:`);
  expect(hits).toBe(0);
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
