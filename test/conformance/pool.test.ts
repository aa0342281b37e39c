import assert from "node:assert/strict";
import { describe, test } from "../harness/tests.ts";
import "../harness/watchdog.ts";
import { inspect } from "node:util";
import {
  BrokenThreadPoolError,
  currentThread,
  Event,
  Executor,
  enumerate,
  Future,
  SharedBoolean,
  SharedInt32,
  sleep,
  sleepAsync,
  stopRequested,
  ThreadPoolExecutor,
  wait,
} from "threadkit";
import { captured, runScript } from "../harness/child.ts";
import { EXPIRES, LONG } from "../harness/delays.ts";
import { EMPTY, poolWords, untilEmpty } from "../harness/pools.ts";
import { joinAll, start } from "../harness/threads.ts";
import { until } from "../harness/until.ts";
import { awaiting, blocking, poolSuite } from "./pool.ts";

for (const driver of [blocking, awaiting])
  poolSuite((maxWorkers) => new ThreadPoolExecutor({ maxWorkers, idleTimeout: 200 }), driver);

describe("submit", () => {
  test("runs functions with their arguments: none, one, several, an array, undefined", async () => {
    using pool = new ThreadPoolExecutor(2);
    assert.equal(await pool.submit(() => "none"), "none");
    assert.deepEqual(await pool.submit((...args: unknown[]) => args, undefined), [undefined]);
    assert.deepEqual(await pool.submit((...args: unknown[]) => args, [1, 2]), [[1, 2]]);
    assert.deepEqual(await pool.submit((...args: unknown[]) => args, 1, "b", null), [1, "b", null]);
  });

  test("ships what the function captures as it is at each submit", async () => {
    using pool = new ThreadPoolExecutor(1);
    let n = 0;
    const read = () => n;
    const futures = [];
    for (n = 1; n <= 3; n++) futures.push(pool.submit(read));
    assert.deepEqual(await Promise.all(futures), [1, 2, 3]);
  });

  test("sees properties that a function was given after its first submit", async () => {
    using pool = new ThreadPoolExecutor(1);
    const tagged = Object.assign(() => (tagged as { tag?: string }).tag ?? "none", {}) as (() => string) & {
      tag?: string;
    };
    const found = [];
    for (const tag of [undefined, "a", "b"]) {
      if (tag !== undefined) tagged.tag = tag;
      found.push(await pool.submit(tagged));
      found.push(await pool.submit(tagged));
    }
    assert.deepEqual(found, ["none", "none", "a", "a", "b", "b"]);
  });

  test("leaves nothing behind when function or arguments can't cross", async () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 1, maxQueue: 2 });
    const bad: unknown = new WeakMap();
    for (let i = 0; i < 5; i++) {
      assert.throws(() => pool.submit(() => bad), { code: "CANNOT_CROSS" });
      assert.throws(() => pool.submit((x: unknown) => x, bad), { code: "CANNOT_CROSS" });
      await assert.rejects(
        pool.submitAsync(() => bad),
        { code: "CANNOT_CROSS" },
      );
    }
    assert.deepEqual({ ...poolWords(pool), workers: 0, seats: 0, idle: 0 }, EMPTY);
    assert.equal(await pool.submit(() => 1), 1, "there is still room");
  });

  test("a result that can't cross fails the task", async () => {
    using pool = new ThreadPoolExecutor(1);
    await assert.rejects(pool.submit((): unknown => new WeakMap()) as unknown as Promise<unknown>, {
      code: "CANNOT_CROSS",
    });
    assert.equal(await pool.submit(() => 1), 1);
  });

  test("from several threads to one pool, and the pool captured, passed and stored", async () => {
    using pool = new ThreadPoolExecutor(2);
    const holder = { deep: [pool] };
    const sum = new SharedInt32();
    await joinAll([
      start((pool, sum) => void sum.add(pool.submit(() => 1).result()), pool, sum),
      start(() => void sum.add(pool.submit(() => 2).result())),
      start((holder, sum) => void sum.add(holder.deep[0].submit(() => 4).result()), holder, sum),
      start(async (pool, sum) => void sum.add(await pool.submit(() => 8)), pool, sum),
    ]);
    assert.equal(sum.value, 15);
    const same = pool.submit(
      (a: ThreadPoolExecutor, b: { deep: unknown[] }) => a === b.deep[0],
      pool,
      holder,
    );
    assert.equal(await same, true);
  });

  test("runs tasks oldest first, by priority", async () => {
    using pool = new ThreadPoolExecutor(1);
    const gate = new Event();
    const order = new Future<void>();
    const log: number[] = [];
    const blocker = pool.submit((gate: Event) => void gate.wait(), gate);
    await until(() => blocker.running(), "it runs");
    const counter = new SharedInt32();
    const place = (counter: SharedInt32) => counter.add(1);
    const priorities = [0, -4, 3, 0, 1, -1, 3, -4];
    const futures = priorities.map((priority) => pool.with({ priority }).submit(place, counter));
    gate.set();
    const places = await Promise.all(futures);
    order.setResult();
    for (const [i, at] of places.entries()) log[at] = i;
    assert.deepEqual(log, [2, 6, 4, 0, 3, 5, 1, 7]);
  });
});

describe("workers (38)", () => {
  test("have idents of their own, though main never asked for its own, and know main", async () => {
    const result = await runScript(`
      import { ThreadPoolExecutor, getIdent, mainThread, RLock } from "threadkit";
      const lock = new RLock();
      lock.acquire();
      const pool = new ThreadPoolExecutor(1);
      const [ident, main, got] = await pool.submit(
        (lock: RLock) => [getIdent(), mainThread().name, lock.acquire({ blocking: false }) !== null], lock);
      console.log(ident !== getIdent(), main, got);
    `);
    assert.equal(result.stdout, "true MainThread false\n", captured(result));
  });

  test("start only if none is idle, up to the limit, with names of the pool's", async () => {
    const pool = new ThreadPoolExecutor({ maxWorkers: 3, threadNamePrefix: "crew" });
    assert.equal(pool.metrics.workers, 0);
    for (let i = 0; i < 20; i++) {
      await pool.submit(() => sleep(1));
      await until(() => pool.metrics.idle === 1, "it is idle");
    }
    assert.equal(pool.metrics.workers, 1, "one was enough");
    const [gate, inside] = [new Event(), new SharedInt32()];
    const names = new Set<string>();
    const name = (gate: Event, inside: SharedInt32) => {
      inside.add(1);
      gate.wait();
      return currentThread().name;
    };
    const futures = Array.from({ length: 6 }, () => pool.submit(name, gate, inside));
    await until(() => inside.value === 3, "each has one");
    assert.equal(pool.metrics.workers, 3);
    const workers = enumerate().filter((thread) => thread.name.startsWith("crew"));
    assert.ok(workers.every((thread) => thread.daemon));
    gate.set();
    for (const future of futures) names.add(await future);
    assert.deepEqual([...names].sort(), ["crew_0", "crew_1", "crew_2"]);
    await pool.shutdownAsync();
    assert.equal(pool.metrics.workers, 0);
  });

  test("end when they were idle for idleTimeout, and new ones come when there is work", async () => {
    const pool = new ThreadPoolExecutor({ maxWorkers: 2, idleTimeout: EXPIRES });
    for (let round = 0; round < 3; round++) {
      await Promise.all([pool.submit(() => sleep(2)), pool.submit(() => sleep(2))]);
      await until(() => pool.metrics.workers === 0, "they are gone");
      assert.deepEqual(poolWords(pool), EMPTY);
    }
    await pool.shutdownAsync();
  });

  test("with an idleTimeout of 0 end at once, and nothing is lost", async () => {
    const pool = new ThreadPoolExecutor({ maxWorkers: 2, idleTimeout: 0 });
    for (let i = 0; i < 200; i++) assert.equal(await pool.submit((n: number) => n, i), i);
    for (let i = 0; i < 200; i++) assert.equal(pool.submit((n: number) => n, i).result(), i);
    await pool.shutdownAsync();
    assert.deepEqual(poolWords(pool), EMPTY);
  });

  test("make way after maxTasksPerWorker tasks", async () => {
    const pool = new ThreadPoolExecutor({ maxWorkers: 1, maxTasksPerWorker: 3, threadNamePrefix: "w" });
    const futures = Array.from({ length: 10 }, () => pool.submit(() => currentThread().name));
    const names = await Promise.all(futures);
    assert.deepEqual(names, ["w_0", "w_0", "w_0", "w_1", "w_1", "w_1", "w_2", "w_2", "w_2", "w_3"]);
    await pool.shutdownAsync();
  });

  test("do what a task left to the event loop while they are idle", async () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 1, idleTimeout: LONG });
    const [gate, done] = [new Event(), new SharedInt32()];
    const other = new Future<number>();
    await pool.submit(
      (gate: Event, other: Future<number>, done: SharedInt32) => {
        setTimeout(() => done.add(1), 20);
        void gate.waitAsync().then(() => done.add(10));
        other.addDoneCallback(() => done.add(100));
      },
      gate,
      other,
      done,
    );
    await until(() => done.value === 1, "the timer");
    gate.set();
    other.setResult(1);
    await until(() => done.value === 111, "the wait and the callback");
    using second = new ThreadPoolExecutor(1);
    await pool.submit(
      (second: ThreadPoolExecutor, done: SharedInt32) => {
        second.submit(() => sleep(10)).addDoneCallback(() => done.add(1000));
      },
      second,
      done,
    );
    await until(() => done.value === 1111, "the callback of another pool's task");
  });

  test("a long task after many brief ones holds up no other", async () => {
    using pool = new ThreadPoolExecutor(3);
    const brief = (n: number) => n;
    for (let round = 0; round < 20; round++) {
      wait([1, 2, 3].map(() => pool.submit(() => sleep(3))));
      for (let i = 0; i < 200; i++) pool.submit(brief, i).result();
      const [gate, inside] = [new Event(), new SharedInt32()];
      const long = (gate: Event, inside: SharedInt32) => {
        inside.add(1);
        gate.wait();
      };
      for (let i = 0; i < round % 3; i++) pool.submit(brief, i);
      const futures = [1, 2, 3].map(() => pool.submit(long, gate, inside));
      await until(() => inside.value === 3, `all three run at a time, round ${round}`);
      gate.set();
      wait(futures);
    }
  });
});

describe("the initializer (37)", () => {
  test("runs once in each worker, before its first task, with its arguments", async () => {
    const [count, late] = [new SharedInt32(), new SharedInt32()];
    using pool = new ThreadPoolExecutor({
      maxWorkers: 2,
      initializer: (count: SharedInt32, by: number) => {
        count.add(by);
        (globalThis as { ready?: boolean }).ready = true;
      },
      initargs: [count, 10] as const,
    });
    const task = (late: SharedInt32) => {
      if (!(globalThis as { ready?: boolean }).ready) late.add(1);
      sleep(2);
    };
    await Promise.all(Array.from({ length: 20 }, () => pool.submit(task, late)));
    assert.equal(late.value, 0);
    assert.equal(count.value, 10 * pool.metrics.workers);
  });

  test("may be async, and tasks wait for it", async () => {
    using pool = new ThreadPoolExecutor({
      maxWorkers: 1,
      initializer: async () => {
        await sleepAsync(20);
        (globalThis as { slow?: number }).slow = 5;
      },
    });
    assert.equal(await pool.submit(() => (globalThis as { slow?: number }).slow), 5);
  });

  test("that fails breaks the pool: what is queued and what comes later fails with its error", async () => {
    for (const wait of [true, false]) {
      const gate = new Event();
      const pool = new ThreadPoolExecutor({
        maxWorkers: 2,
        initializer: async (gate: Event, wait: boolean) => {
          gate.wait();
          if (wait) await sleepAsync(20);
          throw new RangeError("no luck");
        },
        initargs: [gate, wait],
      });
      const futures = [1, 2, 3].map((n) => pool.submit((n: number) => n, n));
      gate.set();
      for (const future of futures) {
        const error = (await future.exceptionAsync()) as BrokenThreadPoolError;
        assert.equal(error instanceof BrokenThreadPoolError, true);
        assert.equal(error.code, "POOL_BROKEN");
        assert.equal(error.cause instanceof RangeError, true);
        assert.equal((error.cause as Error).message, "no luck");
      }
      assert.throws(() => pool.submit(() => 1), { code: "POOL_BROKEN" });
      assert.match(inspect(pool), /, broken }$/);
      await pool.shutdownAsync();
      assert.throws(() => pool.submit(() => 1), { code: "POOL_BROKEN" }, "that takes precedence (35)");
      assert.deepEqual({ ...poolWords(pool), broken: 0 }, EMPTY);
    }
  });

  test("that fails frees submitters that wait for room", async () => {
    const gate = new Event();
    const pool = new ThreadPoolExecutor({
      maxWorkers: 1,
      maxQueue: 1,
      initializer: (gate: Event) => {
        gate.wait();
        throw new Error("no");
      },
      initargs: [gate],
    });
    pool.submit(() => 1).catch(() => {});
    const refused = new SharedInt32();
    const submitter = start(
      (pool, refused) => {
        try {
          pool.submit(() => 2);
        } catch (error) {
          if ((error as { code: string }).code === "POOL_BROKEN") refused.add(1);
        }
      },
      pool,
      refused,
    );
    await until(() => submitter.state === "blocked", "it waits for room");
    const awaits = assert.rejects(
      pool.submitAsync(() => 3),
      { code: "POOL_BROKEN" },
    );
    gate.set();
    await joinAll([submitter]);
    await awaits;
    assert.equal(refused.value, 1);
  });
});

describe("maxQueue", () => {
  test("makes submit wait for room, and submitAsync await it", async () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 1, maxQueue: 2 });
    const gate = new Event();
    const blocker = pool.submit((gate: Event) => void gate.wait(), gate);
    await until(() => blocker.running(), "it runs");
    pool.submit(() => 1);
    pool.submit(() => 2);
    const through = new SharedInt32();
    const submitter = start(
      (pool, through) => {
        pool.submit(() => 3);
        through.add(1);
      },
      pool,
      through,
    );
    await until(() => submitter.state === "blocked", "it waits for room");
    const pending = pool.submitAsync(() => 4);
    assert.equal(await Promise.race([pending.then(() => "through"), sleepAsync(EXPIRES)]), undefined);
    assert.equal(through.value, 0);
    gate.set();
    await joinAll([submitter]);
    assert.equal(await (await pending).future, 4);
  });

  test("is awaited by submitAsync of a pool with options too, which go with the task", async () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 1, maxQueue: 1 });
    const gate = new Event();
    const blocker = pool.submit((gate: Event) => void gate.wait(), gate);
    await until(() => blocker.running(), "it runs");
    pool.submit(() => 1);
    const controller = new AbortController();
    const pending = pool.with({ signal: controller.signal }).submitAsync(() => {
      while (!stopRequested());
      return "stopped";
    });
    assert.equal(await Promise.race([pending.then(() => "through"), sleepAsync(EXPIRES)]), undefined);
    gate.set();
    const { future } = await pending;
    await until(() => future.running(), "it runs");
    controller.abort();
    assert.equal(await future, "stopped");
  });

  test("never holds up a worker of the pool that submits to it", async () => {
    for (const size of [1, 2]) {
      using pool = new ThreadPoolExecutor({ maxWorkers: size, maxQueue: 1 });
      const fan = (pool: ThreadPoolExecutor) => {
        const futures = [1, 2, 3, 4, 5, 6].map((n) => pool.submit((n: number) => n, n));
        return futures.reduce((sum, future) => sum + future.result(), 0);
      };
      const fanAsync = async (pool: ThreadPoolExecutor) => {
        let sum = 0;
        const all = [];
        for (let n = 1; n <= 6; n++) all.push((await pool.submitAsync((n: number) => n, n)).future);
        for (const future of all) sum += await future;
        return sum;
      };
      assert.equal(await pool.submit(fan, pool), 21);
      assert.equal(await pool.submit(fanAsync, pool), 21);
    }
  });

  test("counts a cancelled task until a worker has come by it", async () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 1, maxQueue: 1 });
    for (let i = 0; i < 50; i++) {
      const { future } = await pool.submitAsync(() => 1);
      future.cancel();
    }
    assert.equal(await (await pool.submitAsync(() => 2)).future, 2);
  });

  test("an async task that a worker began to make room is over before the worker ends", async () => {
    const pool = new ThreadPoolExecutor({ maxWorkers: 1, maxQueue: 1 });
    const gate = new Event();
    const outer = pool.submit(
      (pool: ThreadPoolExecutor, gate: Event) => {
        pool.submit(async (gate: Event) => void (await gate.waitAsync()), gate);
        for (let i = 0; i < 3; i++) pool.submit(() => i);
      },
      pool,
      gate,
    );
    await outer;
    const over = pool.shutdownAsync();
    await sleepAsync(EXPIRES);
    gate.set();
    await over;
    assert.equal(pool.metrics.finished, 5);
    assert.deepEqual(poolWords(pool), EMPTY);
  });

  test("a submitter that waited while the pool was shut down is refused", async () => {
    const pool = new ThreadPoolExecutor({ maxWorkers: 1, maxQueue: 1 });
    const gate = new Event();
    const blocker = pool.submit((gate: Event) => void gate.wait(), gate);
    await until(() => blocker.running(), "it runs");
    pool.submit(() => 1);
    const late = assert.rejects(
      pool.submitAsync(() => 2),
      { code: "POOL_SHUT_DOWN" },
    );
    pool.shutdown({ wait: false });
    gate.set();
    await late;
    await pool.shutdownAsync();
    assert.deepEqual(poolWords(pool), EMPTY);
  });
});

describe("a wish to stop", () => {
  test("is seen in a tight loop, by requestStop, by a signal and by a timeout", async () => {
    using pool = new ThreadPoolExecutor(1);
    const spin = () => {
      let turns = 0;
      while (!stopRequested()) turns++;
      return turns >= 0 ? "stopped" : "";
    };
    const asked = pool.submit(spin);
    await until(() => asked.running(), "it runs");
    assert.equal(asked.requestStop(), true);
    assert.equal(await asked, "stopped");
    const controller = new AbortController();
    const signalled = pool.with({ signal: controller.signal }).submit(spin);
    await until(() => signalled.running(), "it runs");
    controller.abort();
    assert.equal(await signalled, "stopped");
    assert.equal(await pool.with({ timeout: EXPIRES }).submit(spin), "stopped");
  });

  test("is seen in an async task, also after an await", async () => {
    using pool = new ThreadPoolExecutor(1);
    const task = pool.submit(async () => {
      while (!stopRequested()) await sleepAsync(1);
      return "stopped";
    });
    await until(() => task.running(), "it runs");
    task.requestStop();
    assert.equal(await task, "stopped");
  });

  test("cancels what has not begun, and a signal that was aborted before does so at once", async () => {
    using pool = new ThreadPoolExecutor(1);
    const gate = new Event();
    pool.submit((gate: Event) => void gate.wait(), gate);
    const controller = new AbortController();
    const queued = pool.with({ signal: controller.signal }).submit(() => 1);
    const timed = pool.with({ timeout: 1 }).submit(() => 1);
    const before = pool.with({ signal: AbortSignal.abort() }).submit(() => 1);
    assert.equal(before.cancelled(), true);
    controller.abort();
    assert.equal(queued.cancelled(), true);
    await until(() => timed.cancelled(), "its time was up");
    gate.set();
  });

  test("is nobody else's: other tasks, other threads, no task at all", async () => {
    using pool = new ThreadPoolExecutor(1);
    assert.equal(stopRequested(), false);
    const first = pool.with({ signal: AbortSignal.abort() }).submit(() => stopRequested());
    assert.equal(first.cancelled(), true);
    const outer = pool.submit((pool: ThreadPoolExecutor) => {
      while (!stopRequested());
      const inner = pool.submit(() => stopRequested()).result();
      return [inner, stopRequested()];
    }, pool);
    await until(() => outer.running(), "it runs");
    outer.requestStop();
    assert.deepEqual(await outer, [false, true]);
  });
});

describe("a task that waits for tasks of its own pool", () => {
  for (const size of [1, 2, 3]) {
    test(`in a pool of ${size}: by result, by await, by wait, asCompleted, map, and mixed`, async () => {
      using pool = new ThreadPoolExecutor(size);
      const fib = (pool: ThreadPoolExecutor, n: number): number =>
        n < 2 ? n : pool.submit(fib, pool, n - 1).result() + pool.submit(fib, pool, n - 2).result();
      assert.equal(await pool.submit(fib, pool, 9), 34);
      const fibAsync = async (pool: ThreadPoolExecutor, n: number): Promise<number> =>
        n < 2 ? n : (await pool.submit(fibAsync, pool, n - 1)) + (await pool.submit(fibAsync, pool, n - 2));
      assert.equal(await pool.submit(fibAsync, pool, 9), 34);
      const several = async (pool: ThreadPoolExecutor, sync: boolean) => {
        const { asCompleted, wait, waitAsync } = await import("threadkit");
        const task = sync ? (n: number) => n : async (n: number) => n;
        const make = () => [1, 2, 3].map((n) => pool.submit(task as (n: number) => number, n));
        let sum = wait(make()).done.size + (await waitAsync(make())).done.size;
        for (const future of asCompleted(make())) sum += future.result();
        for (const value of pool.map(task as (n: number) => number, [1, 2, 3], { chunksize: 1 }))
          sum += value;
        for await (const value of pool.map(task as (n: number) => number, [1, 2, 3])) sum += value;
        return sum;
      };
      assert.equal(await pool.submit(several, pool, true), 24);
      assert.equal(await pool.submit(several, pool, false), 24);
      // One blocks for an async one, which awaits one that blocks.
      const mixed = (pool: ThreadPoolExecutor, n: number): number =>
        n === 0
          ? 0
          : 1 +
            pool
              .submit(
                async (pool: ThreadPoolExecutor, n: number) => 1 + (await pool.submit(mixed, pool, n)),
                pool,
                n - 1,
              )
              .result();
      assert.equal(await pool.submit(mixed, pool, 4), 8);
    });
  }

  test("a function that returns a promise to a blocked worker fails with what to do", async () => {
    using pool = new ThreadPoolExecutor(1);
    const outer = pool.submit((pool: ThreadPoolExecutor) => {
      const inner = pool.submit(() => Promise.resolve(1));
      return (inner.exception() as { code: string } | undefined)?.code;
    }, pool);
    assert.equal(await outer, "PROMISE_IN_WAIT");
  });
});

describe("a pool tells", () => {
  test("what it has done and does", async () => {
    using pool = new ThreadPoolExecutor(1);
    const gate = new Event();
    using _opened = { [Symbol.dispose]: () => gate.set() }; // else leaving the pool would wait for what failed below
    const running = pool.submit((gate: Event) => void gate.wait(), gate);
    await until(() => running.running(), "it runs");
    const queued = [1, 2].map(() => pool.submit(() => 1));
    const failing = pool.submit(() => {
      throw new Error("x");
    });
    queued[0].cancel();
    assert.equal(inspect(pool), "ThreadPoolExecutor { 1 of 1 workers, 1 running, 2 queued }");
    const { running: now, queued: waiting, cancelled, workers, idle } = pool.metrics;
    assert.deepEqual([now, waiting, cancelled, workers, idle], [1, 2, 1, 1, 0]);
    sleep(20);
    gate.set();
    await Promise.all([running, queued[1], failing.catch(() => {})]);
    assert.deepEqual([pool.metrics.finished, pool.metrics.failed], [2, 1]);
    const { runTime, waitTime } = pool.metrics;
    assert.ok(runTime.max >= 15 && runTime.p50 <= runTime.p90 && runTime.p90 <= runTime.p99);
    assert.ok(waitTime.max >= 15);
    await until(() => pool.metrics.running === 0, "the worker has come back from its task");
    pool.shutdown({ wait: false });
    assert.match(inspect(pool), /^ThreadPoolExecutor \{ \d of 1 workers, 0 running, 0 queued, shut down \}$/);
  });
});

describe("what a future has told is counted", () => {
  const task = (n: number) => {
    if (n % 3 === 0) throw new Error("x");
  };
  const counts = (pool: ThreadPoolExecutor) => [pool.metrics.finished, pool.metrics.failed];

  test("for who blocks", () => {
    using pool = new ThreadPoolExecutor(1);
    const expected = [0, 0];
    for (let n = 0; n < 3000; n++) {
      expected[pool.submit(task, n).exception() === undefined ? 0 : 1]++;
      assert.deepEqual(counts(pool), expected);
    }
  });

  test("for who awaits, and for who asks all the time", async () => {
    using pool = new ThreadPoolExecutor(1);
    const expected = [0, 0];
    for (let n = 0; n < 3000; n++) {
      const future = pool.submit(task, n);
      if (n % 2 === 0) while (!future.done());
      expected[(await future.exceptionAsync()) === undefined ? 0 : 1]++;
      assert.deepEqual(counts(pool), expected);
    }
  });
});

describe("who awaits one task after the other", () => {
  test("leaves the event loop its turns", async () => {
    using pool = new ThreadPoolExecutor(1);
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    try {
      for (let n = 1; ticks < 20; n++) {
        assert.equal(await pool.submit((n: number) => n, n), n);
        assert.ok(n < 500_000, `${ticks} turns in ${n} tasks`);
      }
    } finally {
      clearInterval(timer);
    }
  });

  test("gets each outcome, also with others on their way", async () => {
    using pool = new ThreadPoolExecutor(2);
    const task = (n: number) => {
      if (n % 5 === 0) throw new Error(`${n}`);
      return n;
    };
    const told = (n: number) =>
      pool.submit(task, n).then(String, (error) => `not ${(error as Error).message}`);
    const expected = (n: number) => (n % 5 === 0 ? `not ${n}` : `${n}`);
    for (let n = 0; n < 5000; n++) {
      assert.equal(await told(n), expected(n));
      const future = pool.submit(task, n);
      const twice = [future.then(String, () => ""), future.then(String, () => "")];
      if (n % 3 === 0) assert.equal(future.exception() === undefined, n % 5 !== 0);
      if (n % 7 === 0) assert.equal(await told(n + 1), expected(n + 1));
      const outcome = n % 5 === 0 ? "" : `${n}`;
      assert.deepEqual(await Promise.all(twice), [outcome, outcome]);
    }
  });
});

describe("an Executor of one's own", () => {
  test("that is a pool is asked for each task of a map", () => {
    class Counting extends ThreadPoolExecutor {
      asked = 0;
      override submit<A extends readonly unknown[], R>(
        ...task: Parameters<typeof ThreadPoolExecutor.prototype.submit<A, R>>
      ): Future<Awaited<R>> {
        this.asked++;
        return super.submit(...task);
      }
    }
    using pool = new Counting(1);
    assert.deepEqual([...pool.map((n: number) => n + 1, [1, 2, 3, 4], { chunksize: 2 })], [2, 3, 4, 5]);
    assert.equal(pool.asked, 2);
  });

  test("needs submit only, and has map and `using`", async () => {
    const closed = new SharedBoolean();
    class Inline extends Executor {
      submit<A extends readonly unknown[], R>(fn: (...args: A) => R, ...args: A): Future<Awaited<R>> {
        const future = new Future<Awaited<R>>();
        future.setRunningOrNotifyCancel();
        try {
          future.setResult(fn(...args) as Awaited<R>);
        } catch (error) {
          future.setException(error);
        }
        return future;
      }
      shutdown() {
        closed.value = true;
      }
      async shutdownAsync() {}
    }
    {
      using executor = new Inline();
      assert.deepEqual([...executor.map((n: number) => n + 1, [1, 2, 3], { chunksize: 2 })], [2, 3, 4]);
      assert.deepEqual([...executor.map((a: number, b: number) => a * b, [1, 2], [3, 4])], [3, 8]);
      assert.throws(() => [
        ...executor.map(() => {
          throw new Error("no");
        }, [1]),
      ]);
    }
    assert.equal(closed.value, true);
  });
});

test("pools that nobody shut down leave nothing when their workers have ended", async () => {
  const pool = new ThreadPoolExecutor({ maxWorkers: 2, idleTimeout: 10 });
  for (let i = 0; i < 100; i++) pool.submit((n: number) => n, i);
  await untilEmpty(pool);
});

test("a pool with options maps several iterables, takes undefined for no options, and says whose it is", async () => {
  using pool = new ThreadPoolExecutor(1);
  const urgent = pool.with({ priority: 1 });
  assert.deepEqual([...urgent.map((a: number, b: string) => `${a}${b}`, [1, 2], ["a", "b"])], ["1a", "2b"]);
  assert.deepEqual([...urgent.map((n: number) => n, [1, 2], { chunksize: 1 })], [1, 2]);
  assert.deepEqual([...urgent.map((n: number) => n, [3], undefined)], [3]);
  assert.deepEqual([...pool.map((n: number) => n, [3], undefined)], [3]);
  assert.equal(inspect(urgent), `SubmittingPool { ${inspect(pool)} }`);
});

describe("the signal of a map", () => {
  test("ends `for await` with its reason, and cancels what has not begun", async () => {
    using pool = new ThreadPoolExecutor(1);
    const [gate, begun] = [new Event(), new SharedInt32()];
    const task = (n: number) => {
      begun.add(1);
      if (n > 0) gate.wait();
      return n;
    };
    const controller = new AbortController();
    const found: number[] = [];
    const loop = async () => {
      for await (const n of pool.map(task, [0, 1, 2, 3], { chunksize: 1, signal: controller.signal }))
        found.push(n);
    };
    const pending = loop();
    await until(() => found.length === 1 && begun.value === 2, "the second one runs");
    const reason = new Error("enough");
    controller.abort(reason);
    await assert.rejects(pending, (e) => e === reason);
    gate.set();
    assert.equal(await pool.submit(() => "next"), "next");
    assert.deepEqual([found, begun.value], [[0], 2]);
  });

  test("is refused if it is none, before anything is submitted", () => {
    using pool = new ThreadPoolExecutor(1);
    assert.throws(() => pool.map((n: number) => n, [1], { signal: {} as AbortSignal }), {
      name: "TypeError",
      code: "INVALID_SIGNAL",
      message: "cannot map: signal is an object. Give an AbortSignal.",
    });
    assert.equal(pool.metrics.queued, 0);
  });
});
