/**
 * What a future must do, as a suite that runs once for each driver and each kind of future: one's own, and a pool's.
 * Numbers are those of the rules in docs: cancelling, outcomes, callbacks, waiting.
 */
import assert from "node:assert/strict";
import {
  asCompleted,
  CancelledError,
  Event,
  Future,
  FutureTimeoutError,
  mainThread,
  sleep,
  ThreadPoolExecutor,
  wait,
  waitAsync,
} from "threadkit";
import { EARLY, EXPIRES, LONG } from "../harness/delays.ts";
import { refusesAsync } from "../harness/refuses.ts";
import { describe, test } from "../harness/tests.ts";
import { joinAll, start } from "../harness/threads.ts";
import { took, until } from "../harness/until.ts";

export interface Driver {
  readonly name: string;
  result<T>(future: Future<T>, options?: { timeout?: number }): Promise<T>;
  exception(future: Future<unknown>, options?: { timeout?: number }): Promise<unknown>;
  wait<T>(
    futures: Iterable<Future<T>>,
    options?: Parameters<typeof wait>[1],
  ): Promise<{ done: Set<Future<T>>; notDone: Set<Future<T>> }>;
  /** All that `asCompleted` hands out, in its order. */
  each<T>(futures: Iterable<Future<T>>, options?: { timeout?: number }): Promise<Future<T>[]>;
}

export const blocking: Driver = {
  name: "blocking",
  async result(future, options) {
    return future.result(options);
  },
  async exception(future, options) {
    return future.exception(options);
  },
  async wait(futures, options) {
    return wait(futures, options);
  },
  async each(futures, options) {
    return [...asCompleted(futures, options)];
  },
};

export const awaiting: Driver = {
  name: "awaiting",
  result: (future, options) => future.resultAsync(options),
  exception: (future, options) => future.exceptionAsync(options),
  wait: (futures, options) => waitAsync(futures, options),
  async each(futures, options) {
    // Not an array of an async function's own: it would await the futures in it.
    const all: [Future<never>][] = [];
    for await (const future of wrapped(futures as Iterable<Future<never>>, options)) all.push(future);
    return all.map(([future]) => future) as never;
  },
};

/** `for await` over bare futures would be over their results to the type checker. */
async function* wrapped<T>(
  futures: Iterable<Future<T>>,
  options?: { timeout?: number },
): AsyncGenerator<[Future<T>]> {
  const iterator = asCompleted(futures, options)[Symbol.asyncIterator]();
  for (let step = await iterator.next(); !step.done; step = await iterator.next())
    yield [step.value as unknown as Future<T>];
}

/** A future that is not done, and the two ways to end it. */
export interface Open<T> {
  future: Future<T>;
  succeed(value: T): void;
  fail(error: unknown): void;
}

export interface Source {
  readonly name: string;
  /** Its task runs until it is told what to come to. */
  begun<T>(): Promise<Open<T>>;
  /** Nobody has begun it. */
  waiting<T>(): Promise<Open<T>>;
  /** Lets what was waiting go on, and ends. */
  close(): Promise<void>;
}

export function ownFutures(): Source {
  const make = <T>(): Open<T> => {
    const future = new Future<T>();
    return {
      future,
      succeed: (value) => future.setResult(value),
      fail: (error) => future.setException(error),
    };
  };
  return {
    name: "of one's own",
    async begun() {
      const open = make<never>();
      assert.equal(open.future.setRunningOrNotifyCancel(), true);
      return open as never;
    },
    async waiting() {
      return make();
    },
    async close() {},
  };
}

export function poolFutures(): Source {
  const pool = new ThreadPoolExecutor({ maxWorkers: 4, idleTimeout: 100 });
  const full = new ThreadPoolExecutor({ maxWorkers: 1, idleTimeout: 100 });
  const gate = new Event();
  const run = (inner: Future<unknown>) => inner.result();
  const submit = <T>(to: ThreadPoolExecutor): Open<T> => {
    const inner = new Future<T>();
    return {
      future: to.submit(run, inner) as Future<T>,
      succeed: (value) => inner.setResult(value),
      fail: (error) => inner.setException(error),
    };
  };
  let blocked = false;
  return {
    name: "of a pool",
    async begun() {
      const open = submit<never>(pool);
      await until(() => open.future.running(), "it runs");
      return open as never;
    },
    async waiting() {
      if (!blocked) {
        blocked = true;
        const blocker = full.submit((gate: Event) => void gate.wait(), gate);
        await until(() => blocker.running(), "the pool is full");
      }
      return submit(full);
    },
    async close() {
      gate.set();
      await pool.shutdownAsync();
      await full.shutdownAsync();
    },
  };
}

export function futureSuite(source: () => Source, driver: Driver): void {
  const { name, begun, waiting, close } = source();
  const { result, exception } = driver;

  describe(`a future ${name}, ${driver.name}`, () => {
    test("goes from pending to running to finished, and says so", async () => {
      const { future, succeed } = await begun<number>();
      assert.deepEqual([future.running(), future.done(), future.cancelled()], [true, false, false]);
      succeed(42);
      assert.equal(await result(future), 42);
      assert.deepEqual([future.running(), future.done(), future.cancelled()], [false, true, false]);
      assert.equal(await exception(future), undefined);
      assert.equal(await result(future), 42, "as often as one likes");
      assert.equal(await result(future, { timeout: 0 }), 42);
    });

    test("gives any value that can cross", async () => {
      const values = [0, -0, 1.5, -1, 2 ** 31, Number.NaN, "", "text", true, false, null, undefined, 10n];
      for (const value of [...values, [1, [2]], { a: { b: 1 } }, new Map([[1, 2]]), new Date(5)]) {
        const { future, succeed } = await begun<unknown>();
        succeed(value);
        assert.deepEqual(await result(future), value);
        if (typeof value === "number") assert.ok(Object.is(await result(future), value));
      }
    });

    test("throws the same error object every time, with its class and its fields (32)", async () => {
      const { future, fail } = await begun<number>();
      fail(Object.assign(new RangeError("too far"), { code: "FAR", cause: "why" }));
      const error = (await exception(future)) as RangeError & { code: string };
      assert.ok(error instanceof RangeError);
      assert.deepEqual([error.message, error.code, error.cause], ["too far", "FAR", "why"]);
      for (let i = 0; i < 3; i++) {
        await assert.rejects(result(future), (thrown) => thrown === error);
        assert.equal(await exception(future), error);
      }
      await assert.rejects(
        async () => await future,
        (thrown) => thrown === error,
      );
      assert.deepEqual([future.done(), future.cancelled()], [true, false]);
    });

    for (const thrown of [null, undefined, 0, "", false, "text"]) {
      test(`has failed if its task threw ${JSON.stringify(thrown) ?? "undefined"} (32)`, async () => {
        const { future, fail } = await begun<number>();
        fail(thrown);
        let caught: unknown = "nothing";
        await result(future).catch((error: unknown) => {
          caught = error;
        });
        assert.equal(caught, thrown);
        assert.equal(future.done(), true);
      });
    }

    test("throws FutureTimeoutError when the time is up, which changes nothing (32)", async () => {
      const { future, succeed } = await begun<number>();
      for (const call of [result, exception] as const) {
        const what = call === result ? "result" : "exception";
        for (const timeout of [0, EXPIRES]) {
          const ms = await took(() =>
            refusesAsync(
              () => call(future, { timeout }),
              FutureTimeoutError,
              "FUTURE_TIMEOUT",
              `cannot wait for the ${what}: the future had no outcome when the time was up. Wait longer, or cancel it.`,
            ),
          );
          assert.ok(ms >= timeout - EARLY, `${ms} ms are at least ${timeout}`);
        }
      }
      assert.equal(future.running(), true);
      succeed(7);
      assert.equal(await result(future, { timeout: LONG }), 7);
    });

    test("is waited for while another thread settles it", async () => {
      const { future, succeed } = await begun<number>();
      const inner = new Future<number>();
      const settler = start((inner) => {
        sleep(20);
        inner.setResult(5);
      }, inner);
      const chain = inner.then((value) => succeed(value));
      if (driver === awaiting) assert.equal(await result(future, { timeout: LONG }), 5);
      await joinAll([settler]);
      await chain;
      assert.equal(await result(future, { timeout: LONG }), 5);
    });

    test("can be cancelled as long as nobody has begun it (29)", async () => {
      const { future, succeed } = await waiting<number>();
      assert.equal(future.cancel(), true);
      assert.deepEqual([future.cancelled(), future.done(), future.running()], [true, true, false]);
      assert.equal(future.cancel(), true, "again");
      const message =
        "cannot take the result of the future: it was cancelled before it ran. Look at cancelled() first, or submit it again.";
      await refusesAsync(() => result(future), CancelledError, "FUTURE_CANCELLED", message);
      await refusesAsync(() => exception(future), CancelledError, "FUTURE_CANCELLED", message);
      await refusesAsync(async () => await future, CancelledError, "FUTURE_CANCELLED", message);
      assert.equal(future.requestStop(), false);
      try {
        succeed(1);
      } catch (error) {
        assert.equal((error as { code: string }).code, "INVALID_STATE");
      }
    });

    test("can't be cancelled while it runs, nor when it is over (29)", async () => {
      const { future, succeed } = await begun<number>();
      assert.equal(future.cancel(), false);
      assert.equal(future.running(), true);
      succeed(1);
      assert.equal(await result(future), 1);
      assert.equal(future.cancel(), false);
      assert.equal(future.cancelled(), false);
    });

    test("hears a wish to stop while it runs, and is cancelled by it before", async () => {
      const early = await waiting<number>();
      assert.equal(early.future.requestStop(), true);
      assert.equal(early.future.cancelled(), true);
      const late = await begun<number>();
      assert.equal(late.future.stopRequested, false);
      assert.equal(late.future.requestStop(), true);
      assert.equal(late.future.stopRequested, true);
      assert.equal(late.future.running(), true);
      late.succeed(3);
      assert.equal(await result(late.future), 3);
      assert.equal(late.future.requestStop(), false);
    });

    test("calls its callbacks in the order added, the same one twice, with itself (31)", async () => {
      const { future, succeed } = await begun<number>();
      const calls: unknown[] = [];
      const twice = (f: Future<number>) => calls.push(["twice", f === future]);
      future.addDoneCallback(twice);
      future.addDoneCallback((f) => calls.push(["one", f.result()]));
      future.addDoneCallback(twice);
      assert.deepEqual(calls, []);
      succeed(1);
      await result(future);
      await until(() => calls.length === 3, "all were called");
      assert.deepEqual(calls, [
        ["twice", true],
        ["one", 1],
        ["twice", true],
      ]);
    });

    test("calls a callback that comes late soon, and never inside the call (31)", async () => {
      const { future, succeed } = await begun<number>();
      succeed(1);
      await result(future);
      const calls: string[] = [];
      future.addDoneCallback(() => calls.push("callback"));
      calls.push("added");
      await until(() => calls.length === 2, "it was called");
      assert.deepEqual(calls, ["added", "callback"]);
    });

    test("calls its callbacks when it fails and when it is cancelled", async () => {
      const failed = await begun<number>();
      const cancelled = await waiting<number>();
      const calls: string[] = [];
      failed.future.addDoneCallback(() => calls.push("failed"));
      cancelled.future.addDoneCallback((f) => calls.push(f.cancelled() ? "cancelled" : "?"));
      failed.fail(new Error("no"));
      await until(() => calls.length === 1, "the failed one");
      cancelled.future.cancel();
      await until(() => calls.length === 2, "the cancelled one");
      assert.deepEqual(calls, ["failed", "cancelled"]);
    });

    test("is a promise to await, then, catch and finally", async () => {
      const good = await begun<number>();
      const seen: unknown[] = [];
      const all = [
        good.future.then((value) => seen.push(value)),
        good.future.then(undefined, () => seen.push("never")),
        good.future.catch(() => seen.push("never")),
        good.future.finally(() => seen.push("finally")),
        good.future.then((value) => Promise.resolve(value + 1)).then((value) => seen.push(value)),
      ];
      good.succeed(10);
      await Promise.all(all);
      assert.deepEqual(seen, [10, "finally", 11]);
      const bad = await begun<number>();
      const handled = bad.future.then(
        () => "never",
        (error) => (error as Error).message,
      );
      const passed = bad.future.then(() => "never");
      const thrower = bad.future.catch(() => {
        throw new Error("second");
      });
      bad.fail(new Error("first"));
      assert.equal(await handled, "first");
      await assert.rejects(passed, { message: "first" });
      await assert.rejects(thrower, { message: "second" });
    });

    test("wait: hands out who is done and who is not, each once, and never throws for time (33)", async () => {
      const [a, b, c] = [await begun<number>(), await begun<number>(), await waiting<number>()];
      const all = [a.future, b.future, a.future, c.future];
      let found = await driver.wait(all, { timeout: EXPIRES });
      assert.deepEqual([...found.done], []);
      assert.deepEqual([...found.notDone], [a.future, b.future, c.future]);
      a.succeed(1);
      found = await driver.wait(all, { returnWhen: "FIRST_COMPLETED", timeout: LONG });
      assert.deepEqual([...found.done], [a.future]);
      assert.deepEqual([...found.notDone], [b.future, c.future]);
      c.future.cancel();
      b.fail(new Error("no"));
      found = await driver.wait(all);
      assert.deepEqual([...found.done], [a.future, b.future, c.future], "cancelled is done (30)");
      assert.equal(found.notDone.size, 0);
      assert.deepEqual(await driver.wait([]), { done: new Set(), notDone: new Set() });
    });

    test("wait: FIRST_EXCEPTION is about errors, not about cancelling (33)", async () => {
      const [a, b, c] = [await begun<number>(), await begun<number>(), await waiting<number>()];
      const all = [a.future, b.future, c.future];
      c.future.cancel();
      a.succeed(1);
      await driver.result(a.future);
      let found = await driver.wait(all, { returnWhen: "FIRST_EXCEPTION", timeout: EXPIRES });
      assert.equal(found.notDone.size, 1, "neither a result nor a cancelling ends it");
      b.fail(new Error("no"));
      found = await driver.wait(all, { returnWhen: "FIRST_EXCEPTION", timeout: LONG });
      assert.equal(found.notDone.size, 0);
    });

    test("wait: FIRST_EXCEPTION ends at the error, with others still on their way", async () => {
      const [a, b] = [await begun<number>(), await begun<number>()];
      a.fail(new Error("no"));
      const found = await driver.wait([a.future, b.future], { returnWhen: "FIRST_EXCEPTION", timeout: LONG });
      assert.deepEqual([...found.done], [a.future]);
      b.succeed(1);
      await driver.result(b.future);
    });

    test("asCompleted: those that are done, each once, failed and cancelled ones too (30)", async () => {
      const [a, b, c] = [await begun<number>(), await begun<number>(), await waiting<number>()];
      c.future.cancel();
      a.fail(new Error("no"));
      b.succeed(1);
      const all = await driver.each([a.future, b.future, c.future, b.future]);
      assert.deepEqual(new Set(all), new Set([a.future, b.future, c.future]));
      assert.equal(all.length, 3);
      assert.deepEqual(await driver.each([]), []);
    });

    test("asCompleted: its time runs from the call, and then it throws (33)", async () => {
      const [a, b] = [await begun<number>(), await begun<number>()];
      a.succeed(1);
      await driver.result(a.future);
      const ms = await took(() =>
        refusesAsync(
          () => driver.each([a.future, b.future], { timeout: EXPIRES }),
          FutureTimeoutError,
          "FUTURE_TIMEOUT",
          "cannot hand out the next future: 1 of 2 were not done when the time was up. Wait longer, or cancel them.",
        ),
      );
      assert.ok(ms >= EXPIRES - EARLY);
      b.succeed(2);
      assert.equal(await driver.result(b.future), 2);
    });

    test("ends", close);
  });
}

/** Blocks main in `body` while a thread does `act` to the future: for waits that must be woken. */
export async function whileBlocked<T>(body: () => T, act: () => void): Promise<T> {
  const actor = start((act) => {
    const end = performance.now() + 10_000;
    while (mainThread().state !== "blocked" && performance.now() < end);
    act();
  }, act);
  try {
    return body();
  } finally {
    await joinAll([actor]);
  }
}
