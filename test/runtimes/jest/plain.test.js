const { Lock, SharedInt32, SharedStruct, Thread, ThreadPoolExecutor, CaptureError } = require("threadkit");
const { Shelf, sold, total } = require("./prices-plain");
const prices = require("./prices-plain");

class Account extends SharedStruct({ balance: "float64" }) {
  deposit(amount) {
    this.balance += amount;
  }
}

test("a thread counts under a captured lock", async () => {
  const lock = new Lock();
  const count = new SharedInt32();
  const threads = [1, 2, 3].map(() =>
    new Thread({
      target: () => {
        for (let i = 0; i < 1000; i++) lock.with(() => (count.value += 1));
      },
    }).start(),
  );
  for (const t of threads) await t.joinAsync();
  expect(count.value).toBe(3000);
});

test("shared objects of modules are the test's own", async () => {
  new Thread({ target: () => void sold.add(5) }).start().join();
  new Thread({ target: () => void prices.sold.add(5) }).start().join();
  expect(sold.value).toBe(10);
});

test("tasks use modules, and classes of the test file and of modules", async () => {
  const pool = new ThreadPoolExecutor(2);
  expect(await pool.submit(() => [total([1, 2]), prices.total([3])])).toEqual([3, 3]);
  const [account, shelf] = [new Account({ balance: 1 }), new Shelf({ count: 3 })];
  await pool.submit(() => {
    account.deposit(4);
    shelf.take();
  });
  expect([account.balance, shelf.count]).toEqual([5, 2]);
  expect(await pool.submit(() => new Shelf())).toBeInstanceOf(Shelf);
  await expect(pool.submit(() => JSON.parse("{"))).rejects.toThrow(SyntaxError);
  pool.shutdown();
});

test("plain data crosses", async () => {
  const pool = new ThreadPoolExecutor(1);
  const data = {
    list: [1, { two: 2 }],
    date: new Date(5),
    map: new Map([[1, new Set([2])]]),
    bytes: new Uint8Array([1, 2]),
  };
  const got = await pool.submit(() => data);
  expect(got).toEqual(data);
  expect(got.list).toBeInstanceOf(Array);
  expect(got.map).toBeInstanceOf(Map);
  pool.shutdown();
});

test("what can't cross is refused", () => {
  let hits = 0;
  expect(() => new Thread({ target: () => void (hits += 1) }).start()).toThrow(CaptureError);
  expect(hits).toBe(0);
});

describe("after the modules were reset", () => {
  beforeEach(() => jest.resetModules());
  for (const nth of ["first", "second"])
    test(`the ${nth} copy of the library works by itself`, async () => {
      const kit = require("threadkit");
      const map = new kit.SharedMap();
      await new kit.Thread({ target: () => void map.set("a", 1) }).start().joinAsync();
      expect(map.get("a")).toBe(1);
    });
});
