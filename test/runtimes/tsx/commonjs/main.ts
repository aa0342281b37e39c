import { CaptureError, Lock, SharedInt32, SharedStruct, Thread, ThreadPoolExecutor } from "threadkit";
import * as prices from "./prices";
import { Currency, gate, OutOfStock, Shelf, sellOut, sold, total } from "./prices";

class Account extends SharedStruct({ balance: "float64", lock: Lock }) {
  deposit(amount: number): void {
    this.lock.with(() => {
      this.balance += amount;
    });
  }
}

async function main(): Promise<void> {
  const count = new SharedInt32();
  const lock = new Lock();
  const threads = [1, 2].map((n) => new Thread({ target: () => lock.with(() => count.add(n)) }).start());
  for (const t of threads) t.join();
  new Thread({ target: () => void gate.with(() => sold.add(5)) }).start().join();

  const pool = new ThreadPoolExecutor(2);
  const account = new Account({ balance: 1 });
  const shelf = new Shelf({ count: 3 });
  const imports = await pool.submit(() => [total([1, 2]), prices.total([3]), Currency.Pound]);
  // With tsx/cjs alone import() finds no TypeScript in main either.
  const dynamic = process.argv.includes("require-only")
    ? 8
    : await pool.submit(async () => (await import("./prices")).total([4]));
  await pool.submit(() => {
    account.deposit(4);
    shelf.take();
  });
  const made = await pool.submit(() => new Shelf({ count: 7 }));
  const failure = (await pool.submit(() => sellOut()).exceptionAsync()) as Error;
  const own = (await pool
    .submit(() => {
      throw new RangeError("own"); // thrown here
    })
    .exceptionAsync()) as Error;
  let hits = 0;
  let refusal = "";
  try {
    new Thread({ target: () => void (hits += 1) }).start(); // refused
  } catch (error) {
    refusal = error instanceof CaptureError ? error.message.split("\n")[0] : "another error";
  }
  pool.shutdown();
  console.log(
    JSON.stringify({
      shared: [count.value, sold.value],
      imports,
      dynamic,
      structs: [account.balance, shelf.count, made instanceof Shelf],
      failure: [failure.name, failure.message, failure instanceof OutOfStock],
      stack: failure.stack,
      own: own.stack,
      refusal,
    }),
  );
}
void main();
