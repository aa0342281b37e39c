// What every build tool's test builds and runs. It prints what it found, as JSON.
import { currentThread, Queue, SharedInt32, Thread, ThreadPoolExecutor } from "threadkit";
import { Account } from "./account.ts";
import * as jobs from "./jobs.ts";
import { data, double, Failure, hits, lock, type Named } from "./jobs.ts";
import { Worker } from "./worker.ts";

const told: Record<string, unknown> = {};
const options = { step: 3 };
const pool = new ThreadPoolExecutor(2);

function factorial(n: number): number {
  return n < 2 ? 1 : n * factorial(n - 1);
}

class Box {
  static made = new Map<string, number>([["a", 1]]);
  #value: number;
  constructor(value: number) {
    this.#value = value;
  }
  get value(): number {
    return this.#value + options.step;
  }
}

enum Color {
  Red = 5,
  Blue,
}

const scale = (by: number) => (x: number) => x * by;
const triple = scale(3);
const handlers = { one: () => 1, two: (n: number) => n + options.step };

function parallel<T, R>(items: T[], fn: (item: T) => R): Promise<R[]> {
  return Promise.all(items.map((item) => pool.submit(fn, item) as Promise<R>));
}
let count = 0;

async function run(): Promise<void> {
  // imports, values of now, helpers, classes, enums
  told.sum = await pool.submit((x: number) => double(x) + options.step + factorial(3), 10);
  options.step = 4;
  told.changed = await pool.submit((x: number) => double(x) + options.step, 10);
  told.box = await pool.submit(() => [new Box(1).value, Box.made.get("a"), Color.Blue]);
  told.returned = await pool.submit(() => triple(5));
  told.handlers = await pool.submit(() => handlers.one() + handlers.two(1));
  told.mapped = [...(await Promise.all([...pool.map((x: number) => double(x), [1, 2, 3])]))];

  // functions of another module as they are
  told.foreign = [await pool.submit(double, 4), await pool.submit(jobs.half, 4)];

  // shared objects that a module exports
  const threads = [1, 2].map(
    (by) =>
      new Thread({
        target() {
          for (let i = 0; i < 100; i++)
            lock.with(() => {
              hits.value += by;
            });
        },
      }),
  );
  for (const thread of threads) thread.start();
  for (const thread of threads) await thread.joinAsync();
  told.hits = hits.value;

  // structs, subclasses of Thread, what this library exports
  const account = new Account({ balance: 100 });
  await pool.submit(() => account.withdraw(30));
  told.balance = account.balance;
  told.instance = await pool.submit(() => account instanceof Account);
  told.made = (await pool.submit(() => new Account({ balance: 5 }))) instanceof Account;
  await pool.submit(() => {
    data[1] = 9;
  });
  told.data = data[1];
  const worker = new Worker(7);
  worker.start();
  await worker.joinAsync();
  told.worker = worker.answer.value;
  const named = new Thread({ target: () => void box.put(currentThread().name), name: "me" });
  const box = new Queue<string>();
  named.start();
  told.name = await box.getAsync();

  // a thread that hands functions on
  told.nested = await pool.submit(async () => {
    const offset = 5;
    return await pool.submit((x: number) => double(x) + offset + options.step, 1);
  });

  // errors keep their class; dynamic import; refusals
  told.error = await pool.submit(jobs.fail).then(
    () => "none",
    (error) => [error instanceof Failure, error.message],
  );
  told.stack = await pool
    .submit(() => {
      throw new Error("where");
    })
    .then(
      () => "none",
      (error) => error.stack,
    );
  told.dynamic = await pool.submit(async () => (await import("./late.ts")).late(2));
  try {
    pool.submit(() => ++count);
    told.refused = "no";
  } catch (error) {
    told.refused = (error as Error).message;
  }
  told.parallel = await parallel([1, 2], (x) => x + options.step);
  const typed: Named = { name: "n" };
  told.typed = await pool.submit(() => typed.name satisfies string);
  const total = new SharedInt32(0);
  for (const n of [1, 2, 3]) pool.submit(() => total.add(n));
  await pool.shutdownAsync();
  told.total = total.value;
}

run().then(() => console.log(JSON.stringify(told)));
