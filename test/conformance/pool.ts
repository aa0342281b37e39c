/** What an executor must do, as a suite that runs once for each driver: by blocking, by awaiting. */
import assert from "node:assert/strict";
import {
  Event,
  type Executor,
  type FutureResults,
  FutureTimeoutError,
  SharedInt32,
  sleep,
  sleepAsync,
  type ThreadPoolExecutor,
} from "threadkit";
import { EXPIRES, LONG } from "../harness/delays.ts";
import { refusesAsync } from "../harness/refuses.ts";
import { describe, test } from "../harness/tests.ts";
import { until } from "../harness/until.ts";

export interface Driver {
  readonly name: string;
  all<T>(results: FutureResults<T>): Promise<T[]>;
  first<T>(results: FutureResults<T>, count: number): Promise<T[]>;
  shutdown(executor: Executor, options?: { wait?: boolean; cancelFutures?: boolean }): Promise<void>;
}

export const blocking: Driver = {
  name: "blocking",
  async all(results) {
    return [...results];
  },
  async first(results, count) {
    const found = [];
    if (count > 0)
      for (const value of results) {
        found.push(value);
        if (found.length === count) break;
      }
    return found;
  },
  async shutdown(executor, options) {
    executor.shutdown(options);
  },
};

export const awaiting: Driver = {
  name: "awaiting",
  async all(results) {
    const found = [];
    for await (const value of results) found.push(value);
    return found;
  },
  async first(results, count) {
    const found = [];
    for await (const value of results) {
      found.push(value);
      if (found.length === count) break;
    }
    return found;
  },
  shutdown: (executor, options) => executor.shutdownAsync(options),
};

export function poolSuite(make: (maxWorkers: number) => ThreadPoolExecutor, driver: Driver): void {
  const { all, first, shutdown } = driver;

  describe(`map, ${driver.name} (34)`, () => {
    test("gives results in the order of the items, however long each takes", async () => {
      using pool = make(3);
      const items = [9, 1, 5, 0, 7, 3];
      const results = pool.map(
        (ms: number) => {
          sleep(ms);
          return ms * 2;
        },
        items,
        { chunksize: 1 },
      );
      assert.deepEqual(await all(results), [18, 2, 10, 0, 14, 6]);
    });

    for (const chunksize of [1, 2, 7, 100, undefined]) {
      test(`gives the same with chunksize ${chunksize}`, async () => {
        using pool = make(2);
        const items = Array.from({ length: 50 }, (_, i) => i);
        const options = chunksize === undefined ? undefined : { chunksize };
        const results = options === undefined ? pool.map(double, items) : pool.map(double, items, options);
        assert.deepEqual(await all(results), items.map(double));
      });
    }

    test("runs async functions, and a promise of any function is awaited", async () => {
      using pool = make(2);
      const items = [1, 2, 3, 4, 5];
      const later = async (n: number) => {
        await sleepAsync(5 - n);
        return n * 10;
      };
      assert.deepEqual(await all(pool.map(later, items, { chunksize: 2 })), [10, 20, 30, 40, 50]);
      const promise = (n: number) => later(n);
      assert.deepEqual(await all(pool.map(promise, items, { chunksize: 2 })), [10, 20, 30, 40, 50]);
    });

    test("takes an item of each of several iterables, until the shortest ends", async () => {
      using pool = make(2);
      const join = (a: number, b: string, c: boolean) => `${a}${b}${c}`;
      const results = pool.map(join, [1, 2, 3], "ab", [true, false, true], { chunksize: 1 });
      assert.deepEqual(await all(results), ["1atrue", "2bfalse"]);
    });

    test("of nothing is nothing", async () => {
      using pool = make(1);
      assert.deepEqual(await all(pool.map(double, [])), []);
    });

    test("submits at the call, and reads the items then", async () => {
      using pool = make(2);
      const ran = new SharedInt32();
      let read = 0;
      function* items() {
        for (let i = 0; i < 10; i++) {
          read++;
          yield ran;
        }
      }
      const results = pool.map((ran: SharedInt32) => ran.add(1), items(), { chunksize: 3 });
      assert.equal(read, 10);
      await until(() => ran.value === 10, "all ran, though nobody asked");
      assert.equal((await all(results)).length, 10);
    });

    test("throws the error of an item at its place, and cancels what has not begun", async () => {
      using pool = make(1);
      const ran = new SharedInt32();
      const gate = new Event();
      const results = pool.map(
        (n: number) => {
          if (n === 2) throw new RangeError("two");
          if (n > 2) gate.wait();
          ran.add(1);
          return n;
        },
        [0, 1, 2, 3, 4, 5, 6],
        { chunksize: 1 },
      );
      const found: number[] = [];
      await assert.rejects(
        async () => {
          if (driver === blocking) for (const value of results) found.push(value);
          else for await (const value of results) found.push(value);
        },
        { name: "RangeError", message: "two" },
      );
      gate.set();
      assert.deepEqual(found, [0, 1]);
      assert.deepEqual(await all(results), [], "it is over");
      await shutdown(pool);
      assert.ok(ran.value <= 3, "of the rest, one at most had begun");
    });

    test("an error within a chunk comes after the results before it", async () => {
      using pool = make(1);
      const results = pool.map(
        (n: number) => {
          if (n === 2) throw new Error("two");
          return n;
        },
        [0, 1, 2, 3],
        { chunksize: 4 },
      );
      const found: number[] = [];
      await assert.rejects(
        async () => {
          if (driver === blocking) for (const value of results) found.push(value);
          else for await (const value of results) found.push(value);
        },
        { message: "two" },
      );
      assert.deepEqual(found, [0, 1]);
    });

    test("its time runs from the call: then it throws, and cancels what has not begun", async () => {
      using pool = make(1);
      const ran = new SharedInt32();
      const gate = new Event();
      const results = pool.map(
        (n: number) => {
          ran.add(1);
          if (n === 1) gate.wait();
          return n;
        },
        [0, 1, 2, 3],
        { timeout: EXPIRES * 3, chunksize: 1 },
      );
      await refusesAsync(
        () => all(results),
        FutureTimeoutError,
        "FUTURE_TIMEOUT",
        /^cannot (wait for the result|hand out the next result): .*the time.* up\. /,
      );
      gate.set();
      await shutdown(pool);
      assert.equal(ran.value, 2);
    });

    test("an early end cancels what has not begun", async () => {
      using pool = make(1);
      const ran = new SharedInt32();
      const gate = new Event();
      const results = pool.map(
        (n: number) => {
          ran.add(1);
          if (n > 0) gate.wait();
          return n;
        },
        [0, 1, 2, 3, 4],
        { chunksize: 1 },
      );
      assert.deepEqual(await first(results, 1), [0]);
      gate.set();
      await shutdown(pool);
      assert.ok(ran.value <= 2);
    });

    for (const [buffersize, chunksize] of [
      [1, 1],
      [3, 1],
      [6, 2],
      [2, 5],
    ] as const) {
      test(`with a buffersize of ${buffersize} and a chunksize of ${chunksize} reads no further than that`, async () => {
        using pool = make(2);
        let [read, given, most, closed] = [0, 0, 0, false];
        function* naturals() {
          try {
            for (;;) {
              most = Math.max(most, ++read - given);
              yield read;
            }
          } finally {
            closed = true;
          }
        }
        const results = pool.map(double, naturals(), { buffersize, chunksize });
        const wanted = 50;
        const found: number[] = [];
        if (driver === blocking) {
          for (const value of results) {
            given++;
            if (found.push(value) === wanted) break;
          }
        } else {
          for await (const value of results) {
            given++;
            if (found.push(value) === wanted) break;
          }
        }
        assert.deepEqual(
          found,
          Array.from({ length: wanted }, (_, i) => 2 * (i + 1)),
        );
        assert.equal(closed, true, "the generator was ended");
        // Of a chunk that is being handed out, the rest was read too.
        assert.ok(most <= buffersize + Math.min(chunksize, buffersize), `${most} items ahead`);
      });
    }

    test("a task that can't be packed fails the call, or the loop when it comes to it", async () => {
      using pool = make(1);
      assert.throws(() => pool.map((x: unknown) => x, [1, new WeakMap()], { chunksize: 1 }), {
        code: "CANNOT_CROSS",
      });
      const results = pool.map((x: unknown) => x, [1, 2, new WeakMap()], { buffersize: 1 });
      await assert.rejects(() => all(results), { code: "CANNOT_CROSS" });
    });
  });

  describe(`shutdown, ${driver.name} (35)`, () => {
    test("runs what is queued, waits for it, and is idempotent", async () => {
      const pool = make(2);
      const ran = new SharedInt32();
      const futures = Array.from({ length: 20 }, () =>
        pool.submit((ran: SharedInt32) => {
          sleep(1);
          return ran.add(1);
        }, ran),
      );
      await shutdown(pool);
      assert.equal(ran.value, 20);
      assert.ok(futures.every((future) => future.done()));
      await shutdown(pool);
      await shutdown(pool, { wait: false, cancelFutures: true });
      assert.equal(pool.metrics.workers, 0);
    });

    test("with wait: false comes back at once, and what is queued runs", async () => {
      const pool = make(1);
      const gate = new Event();
      const futures = [1, 2, 3].map((n) =>
        pool.submit(
          (gate: Event, n: number) => {
            gate.wait();
            return n;
          },
          gate,
          n,
        ),
      );
      await shutdown(pool, { wait: false });
      assert.throws(() => pool.submit(() => 1), { code: "POOL_SHUT_DOWN" });
      gate.set();
      assert.deepEqual(await Promise.all(futures), [1, 2, 3]);
      await shutdown(pool);
    });

    test("with cancelFutures drops only what has not begun", async () => {
      const pool = make(1);
      const gate = new Event();
      const running = pool.submit((gate: Event) => {
        gate.wait();
        return "ran";
      }, gate);
      await until(() => running.running(), "it runs");
      const queued = [1, 2, 3].map((n) => pool.submit((n: number) => n, n));
      await shutdown(pool, { wait: false, cancelFutures: true });
      assert.deepEqual(
        queued.map((future) => future.cancelled()),
        [true, true, true],
      );
      gate.set();
      assert.equal(await running, "ran");
      await shutdown(pool);
      assert.equal(pool.metrics.cancelled, 3);
    });

    test("of a pool that never ran anything", async () => {
      const pool = make(1);
      await shutdown(pool);
      assert.throws(() => pool.submit(() => 1), { code: "POOL_SHUT_DOWN" });
    });

    test("waited for by one of its own workers fails at once, and shuts nothing down", async () => {
      const pool = make(1);
      const code = await pool.submit((pool: ThreadPoolExecutor) => {
        try {
          pool.shutdown();
        } catch (error) {
          return (error as { code: string }).code;
        }
        return "no error";
      }, pool);
      assert.equal(code, "JOIN_SELF");
      const asyncCode = await pool.submit(
        (pool: ThreadPoolExecutor) =>
          pool.shutdownAsync().then(
            () => "no error",
            (error: { code: string }) => error.code,
          ),
        pool,
      );
      assert.equal(asyncCode, "JOIN_SELF");
      await pool.submit((pool: ThreadPoolExecutor) => pool.shutdown({ wait: false }), pool);
      assert.throws(() => pool.submit(() => 1), { code: "POOL_SHUT_DOWN" });
      await shutdown(pool);
    });

    test("leaving a block with `using` runs what is queued", async () => {
      const ran = new SharedInt32();
      const count = (ran: SharedInt32) => {
        sleep(1);
        ran.add(1);
      };
      if (driver === blocking) {
        using pool = make(2);
        for (let i = 0; i < 10; i++) pool.submit(count, ran);
      } else {
        await using pool = make(2);
        for (let i = 0; i < 10; i++) pool.submit(count, ran);
      }
      assert.equal(ran.value, 10);
    });

    test("in one thread is seen by those that wait in others", async () => {
      const pool = make(1);
      const gate = new Event();
      pool.submit((gate: Event) => void gate.wait(), gate);
      await shutdown(pool, { wait: false });
      const both = [pool.shutdownAsync(), pool.shutdownAsync()];
      gate.set();
      await Promise.all(both);
      assert.equal(pool.metrics.running, 0);
    });
  });

  test(`waits that last, ${driver.name}: map's results come while others run`, async () => {
    using pool = make(2);
    const gate = new Event();
    const results = pool.map(
      (n: number, gate: Event) => {
        if (n === 1) gate.wait({ timeout: LONG });
        return n;
      },
      [0, 1],
      [gate, gate],
      { chunksize: 1 },
    );
    assert.deepEqual(await first(results, 1), [0]);
    gate.set();
  });
}

const double = (n: number) => n * 2;
