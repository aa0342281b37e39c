import { readFileSync } from "node:fs";
import { Queue, SharedMap, SharedStruct, Thread, ThreadPoolExecutor } from "threadkit";
import { expect, test } from "vitest";
import { fullShelf, OutOfStock, Shelf, total } from "#shop/prices";

const lines = readFileSync(new URL("prices.ts", import.meta.url), "utf8").split("\n");
const thrownAt = lines.findIndex((line) => line.includes("throw new OutOfStock")) + 1;

/** Exported, so that its code is looked for among the exports of this file. */
export class Basket extends SharedStruct({ items: "any" }) {
  sum() {
    return total(this.items as number[]);
  }
}

test("aliases of the project's configuration work in threads", async () => {
  const basket = new Basket({ items: [1, 2] });
  using pool = new ThreadPoolExecutor(1);
  expect(await pool.submit(() => basket.sum())).toBe(3);
  expect(await pool.submit((b) => b instanceof Basket, basket)).toBe(true);
  const error = await pool.submit(() => Shelf.sellOut("tea")).exceptionAsync();
  expect(error).toBeInstanceOf(OutOfStock);
  expect((error as Error).stack).toContain(`prices.ts:${thrownAt}:11`);
});

test("a thread hands over an instance of a class that only its module names", async () => {
  using pool = new ThreadPoolExecutor(1);
  const shelf = await pool.submit(() => fullShelf());
  expect(shelf).toBeInstanceOf(Shelf);
  expect(shelf.count).toBe(100);
});

test("threads that never end are ended with the tests", async () => {
  const never = new Queue<number>();
  const seen = new SharedMap<string, boolean>();
  for (const name of ["a", "b"])
    new Thread({
      target: () => {
        seen.set(name, true);
        never.get();
      },
      daemon: true,
    }).start();
  while (seen.size < 2) await new Promise((resolve) => setTimeout(resolve, 5));
});
