import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, describe, it, mock, test } from "node:test";
import { CaptureError, Lock, SharedInt32, SharedStruct, Thread, ThreadPoolExecutor } from "threadkit";
import { Shelf, sold, tax } from "./tax.ts";

const lines = readFileSync(new URL(import.meta.url), "utf8").split("\n");
const lineOf = (mark: string) => lines.findIndex((line) => line.includes(`// ${mark}`)) + 1;

const pool = new ThreadPoolExecutor({ maxWorkers: 2 });
after(() => pool.shutdown());

class Account extends SharedStruct({ balance: "float64" }) {
  deposit(amount: number): void {
    this.balance += amount;
  }
}

test("threads count under a lock that their closures capture", () => {
  const lock = new Lock();
  const hits = new SharedInt32();
  const threads = [1, 2, 3].map((step) =>
    new Thread({
      target: () => {
        for (let i = 0; i < 100; i++) lock.with(() => (hits.value += step));
      },
    }).start(),
  );
  for (const thread of threads) thread.join();
  assert.equal(hits.value, 600);
});

describe("a task", () => {
  it("uses what the test file imports and declares", async () => {
    const account = new Account({ balance: 1 });
    const shelf = new Shelf({ count: 3 });
    const prices: readonly number[] = [2, 4];
    const taxes = await pool.submit(() => {
      account.deposit(4);
      shelf.take();
      sold.add(prices.length);
      return prices.map(tax);
    });
    assert.deepEqual(taxes, [1, 2]);
    assert.deepEqual([account.balance, shelf.count, sold.value], [5, 2, 2]);
  });

  it("throws with its class and the lines of both files", async () => {
    const error = await pool.submit(() => tax(-1)).exceptionAsync(); // called here
    assert.ok(error instanceof RangeError);
    assert.match(String(error.stack), /tax\.ts:7:11/);
    assert.match(String(error.stack), new RegExp(`shop\\.test\\.ts:${lineOf("called here")}:`));
  });

  it("can't use the runner's mocks", () => {
    const spy = mock.fn((price: number) => tax(price));
    assert.throws(() => pool.submit(() => spy(1)), CaptureError);
  });
});

test("a closure that assigns is refused by its line", () => {
  let hits = 0;
  const start = () => new Thread({ target: () => void (hits += 1) }).start(); // refused
  assert.throws(start, new RegExp(`shop\\.test\\.ts:${lineOf("refused")}:`));
  assert.equal(hits, 0);
});
