import { readFileSync } from "node:fs";
import { Lock, SharedInt32, SharedStruct, Thread, ThreadPoolExecutor } from "threadkit";
import { rate } from "./rates.cjs";
import { type Priced, sold, tax } from "./tax";

interface Told {
  [name: string]: unknown;
}

const lines = readFileSync(import.meta.path, "utf8").split("\n");
const lineOf = (mark: string) => lines.findIndex((line) => line.includes(`// ${mark}`)) + 1;
const told: Told = {};

class Account extends SharedStruct({ balance: "float64" }) {
  deposit(amount: number): void {
    this.balance += amount;
  }
}

/** What no source tells: parameters, and objects that are made when the program runs. */
function count(step: number): number {
  const lock = new Lock();
  const hits = new SharedInt32();
  const threads: Thread[] = [];
  for (let i = 1; i <= 3; i++) {
    const more = i * step;
    threads.push(
      new Thread({
        target: () => {
          for (let j = 0; j < 100; j++) lock.with(() => (hits.value += more));
        },
      }).start(),
    );
  }
  for (const thread of threads) thread.join();
  return hits.value;
}
told.count = count(Number("2"));

const pool = new ThreadPoolExecutor({ maxWorkers: 2 });

const account = new Account({ balance: Number("1") });
const priced: Priced[] = [{ price: Number("2") }, { price: 4 }];
told.taxes = await pool.submit(() => {
  account.deposit(4);
  sold.add(priced.length);
  return priced.map(tax).map(rate);
});
told.shared = [account.balance, sold.value];

const failed = (await pool.submit(() => tax({ price: -account.balance })).exceptionAsync()) as Error;
told.error = [failed instanceof RangeError, failed.message];
told.inModule = failed.stack?.includes("tax.ts:13:") || failed.stack;

const thrown = await pool
  .submit(() => {
    if (account.balance > 0) {
      throw new Error("where"); // thrown in a closure
    }
  })
  .exceptionAsync();
const stack = String((thrown as Error).stack);
told.inClosure = stack.includes(`/main.ts:${lineOf("thrown in a closure")}:`) || stack;

told.nested = await pool.submit(() => {
  const inner = new SharedInt32(account.balance);
  const thread = new Thread({ target: () => void inner.add(account.balance) }).start();
  thread.join();
  return inner.value;
});

let hits = 0;
try {
  new Thread({ target: () => void (hits += 1) }).start(); // refused
} catch (error) {
  told.refused = String(error).includes(`main.ts:${lineOf("refused")}:`) || String(error);
}

const own = new Error("own").stack; // made in the file
told.own = own?.includes(`main.ts:${lineOf("made in the file")}:`) || own;
told.hits = hits;
console.log(JSON.stringify(told));
