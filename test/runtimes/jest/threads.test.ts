import { readFileSync } from "node:fs";
import * as path from "node:path";
import {
  CaptureError,
  currentThread,
  Lock,
  Queue,
  SharedInt32,
  SharedMap,
  SharedStruct,
  setExcepthook,
  Thread,
  ThreadPoolExecutor,
} from "threadkit";
import * as prices from "./prices";
import greet, { Currency, gate, OutOfStock, Shelf, sold, Tax, total } from "./prices";

/** The line of this file on which a mark stands. */
const file = expect.getState().testPath!;
const lines = readFileSync(file, "utf8").split("\n");
const lineOf = (mark: string) => lines.findIndex((line) => line.includes(`// ${mark}`)) + 1;

const pool = new ThreadPoolExecutor({ maxWorkers: 2 });
afterAll(() => pool.shutdown());

const square = (n: number) => n * n;
function sumOfSquares(numbers: number[]) {
  let sum = 0;
  for (const n of numbers) sum += square(n);
  return sum;
}

class Point {
  static readonly origin = "zero";
  readonly #x: number;
  constructor(x: number) {
    this.#x = x;
  }
  get doubled() {
    return square(this.#x) * 2;
  }
}

/** Not exported: its code travels. */
class Account extends SharedStruct({ balance: "float64", lock: Lock }) {
  withdraw(amount: number) {
    using _ = this.lock.acquire();
    this.balance -= amount;
  }
}

describe("a thread", () => {
  test("counts under a captured lock", async () => {
    const lock = new Lock();
    const count = new SharedInt32();
    const threads = [1, 2, 3].map(() =>
      new Thread({
        target: () => {
          for (let i = 0; i < 1000; i++) {
            using _ = lock.acquire();
            count.value += 1;
          }
        },
      }).start(),
    );
    for (const t of threads) await t.joinAsync();
    expect(count.value).toBe(3000);
  });

  test("blocks the test until it is joined", () => {
    const answer = new SharedInt32();
    new Thread({ target: () => void (answer.value = 42) }).start().join();
    expect(answer.value).toBe(42);
  });

  test("changes a shared object of an imported module", () => {
    new Thread({ target: () => gate.with(() => sold.add(5)) }).start().join();
    expect(sold.value).toBe(5);
  });

  test("gets plain data of the test", () => {
    const seen = new SharedMap<string, unknown>();
    const data = {
      list: [1, { two: 2 }],
      date: new Date(5),
      map: new Map([[1, new Set([2])]]),
      re: /x/g,
      bytes: new Uint8Array([1, 2]),
      error: new RangeError("out"),
    };
    new Thread({ target: () => void seen.set("data", data) }).start().join();
    const got = seen.get("data") as typeof data;
    expect(got).toEqual(data);
    expect(got.error).toBeInstanceOf(RangeError);
    expect(got.map).toBeInstanceOf(Map);
    expect(got.list).toBeInstanceOf(Array);
  });
});

describe("a task", () => {
  test("uses imports of every kind", async () => {
    const result = await pool.submit(() => [
      total([1, 2, 3]),
      prices.total([4]),
      greet("you"),
      Currency.Pound,
      path.basename("/a/b"),
      new Tax(0.5).on(10),
    ]);
    expect(result).toEqual([6, 4, "hello you", "GBP", "b", 5]);
  });

  test("uses functions and classes of the test file", async () => {
    expect(await pool.submit(sumOfSquares, [1, 2, 3])).toBe(14);
    expect(await pool.submit(() => [new Point(3).doubled, Point.origin])).toEqual([18, "zero"]);
  });

  test("imports dynamically", async () => {
    expect(await pool.submit(async () => (await import("./prices")).total([7]))).toBe(7);
  });

  test("maps over items", async () => {
    expect([...pool.map(square, [1, 2, 3])]).toEqual([1, 4, 9]);
  });

  test("starts another task", async () => {
    const inner = await pool.submit(async () => {
      const own = new ThreadPoolExecutor({ maxWorkers: 1 });
      try {
        return await own.submit(() => square(5));
      } finally {
        own.shutdown();
      }
    });
    expect(inner).toBe(25);
  });

  test("throws what the test catches", async () => {
    const future = pool.submit(() => {
      throw new OutOfStock("tea"); // thrown
    });
    const error = await future.then(
      () => expect("nothing").toBe("thrown"),
      (error: OutOfStock) => error,
    );
    expect(error).toBeInstanceOf(OutOfStock);
    expect(error).toBeInstanceOf(Error);
    expect(error.item).toBe("tea");
    expect(error.stack).toContain(`threads.test.ts:${lineOf("thrown")}:13`);
    await expect(pool.submit(() => JSON.parse("{"))).rejects.toThrow(SyntaxError);
  });
});

describe("a struct class", () => {
  test("of the test file", async () => {
    const account = new Account({ balance: 100 });
    const threads = [10, 20].map((n) => new Thread({ target: () => account.withdraw(n) }).start());
    for (const t of threads) await t.joinAsync();
    expect(account.balance).toBe(70);
    const made = await pool.submit(() => new Account({ balance: 5 }));
    expect(made).toBeInstanceOf(Account);
    expect(made.balance).toBe(5);
  });

  test("of a module", async () => {
    const shelf = new Shelf({ count: 3 });
    new Thread({ target: () => shelf.take() }).start().join();
    expect([shelf.count, shelf.label]).toEqual([2, "taken"]);
    const made = await pool.submit(() => new Shelf({ count: 9 }));
    expect(made).toBeInstanceOf(Shelf);
  });
});

describe("what can't cross", () => {
  test("is refused by the name and place in the test file", () => {
    let hits = 0;
    const start = () => new Thread({ target: () => void (hits += 1) }).start(); // refused
    expect(start).toThrow(CaptureError);
    expect(start).toThrow(`threads.test.ts:${lineOf("refused")}:`);
    expect(hits).toBe(0);
  });

  test("is refused as an argument", () => {
    class Own {}
    expect(() => pool.submit((own) => own, new Own())).toThrow(/instance of/);
  });
});

test("an error that nobody catches is told to the hook with its place", async () => {
  const seen = new Promise<Error>((resolve) => setExcepthook(({ error }) => resolve(error as Error)));
  new Thread({
    target: () => {
      throw new TypeError("nobody catches it"); // uncaught
    },
  }).start();
  const error = await seen;
  setExcepthook(undefined);
  expect(error).toBeInstanceOf(TypeError);
  expect(error.stack).toContain(`threads.test.ts:${lineOf("uncaught")}:13`);
});

test("a queue feeds a thread that goes on after the tests", async () => {
  const work = new Queue<number>();
  const done = new Queue<string>();
  new Thread({
    target: () => {
      for (const n of work) done.put(`${currentThread().name} ${square(n)}`);
    },
    name: "worker",
    daemon: true,
  }).start();
  work.put(4);
  expect(await done.getAsync()).toBe("worker 16");
});
