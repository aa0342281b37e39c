import assert from "node:assert/strict";
import { describe, test } from "../harness/tests.ts";
import "../harness/watchdog.ts";
import { inspect } from "node:util";
import {
  asCompleted,
  Event,
  Future,
  InvalidStateError,
  SharedInt32,
  setExcepthook,
  sleepAsync,
  Thread,
  ThreadPoolExecutor,
  wait,
  waitAsync,
} from "threadkit";
import { EXPIRES, LONG } from "../harness/delays.ts";
import { refuses } from "../harness/refuses.ts";
import { joinAll, start } from "../harness/threads.ts";
import { until } from "../harness/until.ts";
import { awaiting, blocking, futureSuite, ownFutures, poolFutures, whileBlocked } from "./future.ts";

for (const driver of [blocking, awaiting])
  for (const source of [ownFutures, poolFutures]) futureSuite(source, driver);

describe("a future that is done (29)", () => {
  test("keeps its first outcome: to settle it again is an InvalidStateError", () => {
    for (const [state, finish] of [
      ["finished", (f: Future<number>) => f.setResult(1)],
      ["failed", (f: Future<number>) => f.setException(new Error("first"))],
      ["cancelled", (f: Future<number>) => f.cancel()],
    ] as const) {
      const future = new Future<number>();
      finish(future);
      const before = inspect(future);
      for (const [verb, again] of [
        ["set the result", () => future.setResult(2)],
        ["set the exception", () => future.setException(new Error("second"))],
      ] as const) {
        const message = `cannot ${verb} of the future: it is ${state}. A future is settled once, by whoever made it.`;
        refuses(again, InvalidStateError, "INVALID_STATE", message);
      }
      assert.equal(inspect(future), before);
    }
  });

  test("can't be set running; a cancelled one says that it must not run", () => {
    const future = new Future<number>();
    assert.equal(future.setRunningOrNotifyCancel(), true);
    refuses(
      () => future.setRunningOrNotifyCancel(),
      InvalidStateError,
      "INVALID_STATE",
      "cannot set the future running: it is running. A future is settled once, by whoever made it.",
    );
    const cancelled = new Future<number>();
    cancelled.cancel();
    assert.equal(cancelled.setRunningOrNotifyCancel(), false);
    assert.equal(cancelled.setRunningOrNotifyCancel(), false, "every time");
  });

  test("keeps its state if the value can't cross", () => {
    const future = new Future<unknown>();
    assert.throws(() => future.setResult(new WeakMap()), { code: "CANNOT_CROSS" });
    assert.equal(future.done(), false);
    future.setResult(1);
    assert.equal(future.result(), 1);
  });
});

describe("who cancels and who begins (29)", () => {
  test("race, and exactly one wins, thousands of times", async () => {
    const rounds = 3000;
    const futures = Array.from({ length: rounds }, () => new Future<number>());
    const [gate, begun, cancelled] = [new Event(), new SharedInt32(), new SharedInt32()];
    const runner = start(
      (futures, gate, begun) => {
        gate.wait();
        for (const future of futures) {
          if (!future.setRunningOrNotifyCancel()) continue;
          begun.add(1);
          future.setResult(1);
        }
      },
      futures,
      gate,
      begun,
    );
    const canceller = start(
      (futures, gate, cancelled) => {
        gate.wait();
        // From both ends, so that they meet.
        for (let i = futures.length - 1; i >= 0; i--) if (futures[i].cancel()) cancelled.add(1);
      },
      futures,
      gate,
      cancelled,
    );
    gate.set();
    await joinAll([runner, canceller]);
    assert.equal(begun.value + cancelled.value, rounds);
    assert.equal(futures.filter((future) => future.cancelled()).length, cancelled.value);
    assert.ok(futures.every((future) => future.done()));
  });

  test("race in a pool, and what was cancelled has not run", async () => {
    using pool = new ThreadPoolExecutor(2);
    const ran = new SharedInt32();
    let cancelled = 0;
    for (let round = 0; round < 3000; round++) {
      const future = pool.submit((ran: SharedInt32) => void ran.add(1), ran);
      for (let spin = round % 50; spin > 0; spin--);
      if (future.cancel()) cancelled++;
      await future.catch(() => {});
    }
    assert.equal(ran.value + cancelled, 3000);
    assert.deepEqual(
      [pool.metrics.finished, pool.metrics.cancelled, pool.metrics.failed],
      [ran.value, cancelled, 0],
    );
  });

  test("two who settle it: one wins, the other gets an InvalidStateError", async () => {
    const futures = Array.from({ length: 1000 }, () => new Future<number>());
    const [gate, won, lost] = [new Event(), new SharedInt32(), new SharedInt32()];
    const settle = (futures: Future<number>[], gate: Event, won: SharedInt32, lost: SharedInt32) => {
      gate.wait();
      for (const future of futures) {
        try {
          future.setResult(1);
          won.add(1);
        } catch (error) {
          if ((error as { code: string }).code !== "INVALID_STATE") throw error;
          lost.add(1);
        }
      }
    };
    const threads = [start(settle, futures, gate, won, lost), start(settle, futures, gate, won, lost)];
    gate.set();
    await joinAll(threads);
    assert.deepEqual([won.value, lost.value], [1000, 1000]);
  });
});

describe("done-callbacks (31)", () => {
  test("that throw go to the hook, and the rest is called", async () => {
    const errors: string[] = [];
    const calls: string[] = [];
    setExcepthook(({ error, thread }) => errors.push(`${thread.name}: ${(error as Error).message}`));
    try {
      const future = new Future<number>();
      future.addDoneCallback(() => {
        throw new Error("one");
      });
      future.addDoneCallback(() => calls.push("two"));
      future.addDoneCallback(async () => {
        throw new Error("three");
      });
      future.addDoneCallback(() => calls.push("four"));
      future.setResult(1);
      await until(() => errors.length === 2 && calls.length === 2, "all were called");
      assert.deepEqual(errors, ["MainThread: one", "MainThread: three"]);
      assert.deepEqual(calls, ["two", "four"]);
      assert.equal(await future, 1);
    } finally {
      setExcepthook(undefined);
    }
  });

  test("of another thread that throw come to the hook with that thread, which goes on", async () => {
    const errors: string[] = [];
    setExcepthook(({ error, thread }) => errors.push(`${thread.name}: ${(error as Error).message}`));
    try {
      const future = new Future<number>();
      const went = new SharedInt32();
      const thread = new Thread({
        name: "caller",
        target: async () => {
          future.addDoneCallback(() => {
            throw new Error("there");
          });
          await future;
          await sleepAsync(5);
          went.value = 1;
        },
      }).start();
      future.setResult(1);
      await joinAll([thread as Thread]);
      await until(() => errors.length === 1, "the hook heard of it");
      assert.deepEqual(errors, ["caller: there"]);
      assert.equal(went.value, 1);
    } finally {
      setExcepthook(undefined);
    }
  });

  test("run in the thread that added them", async () => {
    const future = new Future<number>();
    const there = new SharedInt32();
    const thread = start(
      async (future, there) => {
        const { getIdent } = await import("threadkit");
        const own = getIdent();
        future.addDoneCallback(() => {
          there.value = getIdent() === own ? 1 : 2;
        });
        await future;
        await sleepAsync(1);
      },
      future,
      there,
    );
    await until(() => thread.state !== "runnable", "it runs");
    future.setResult(1);
    await joinAll([thread]);
    assert.equal(there.value, 1);
  });

  test("of a thread that is over are not called in another that uses its worker", async () => {
    using pool = new ThreadPoolExecutor(1);
    const [gate, called] = [new Event(), new SharedInt32()];
    const first = start(
      (pool, gate, called) => {
        pool.submit((gate: Event) => void gate.wait(), gate).addDoneCallback(() => called.add(1));
      },
      pool,
      gate,
      called,
    );
    await joinAll([first]);
    gate.set();
    await joinAll([start(() => sleepAsync(EXPIRES))]);
    assert.equal(called.value, 0);
  });
});

describe("a future in other threads", () => {
  test("is the same future, whichever way it goes", async () => {
    const future = new Future<Future<number>>();
    const inner = new Future<number>();
    const thread = start(
      (future, inner) => {
        if (future === (inner as unknown)) throw new Error("two futures");
        future.setResult(inner);
        if (future.result() !== inner) throw new Error("identity there");
      },
      future,
      inner,
    );
    await joinAll([thread]);
    assert.equal(future.result(), inner);
  });

  for (const [state, finish] of Object.entries({
    finished: (future: Future<number>): void => future.setResult(5),
    failed: (future: Future<number>): void => future.setException(new RangeError("no")),
    cancelled: (future: Future<number>): void => void future.cancel(),
  })) {
    test(`crosses ${state}, pending and then ${state}, and back`, async () => {
      for (const before of [true, false]) {
        const future = new Future<number>();
        if (before) finish(future);
        const found = new Future<string>();
        const thread = start(
          (future, found) => {
            let text: string;
            try {
              text = `finished ${future.result()}`;
            } catch (error) {
              text = `${future.cancelled() ? "cancelled" : "failed"} ${(error as Error).name}`;
            }
            found.setResult(text);
          },
          future,
          found,
        );
        if (!before) finish(future);
        const want = {
          finished: "finished 5",
          failed: "failed RangeError",
          cancelled: "cancelled CancelledError",
        };
        assert.equal(await found, want[state as keyof typeof want]);
        await joinAll([thread]);
      }
    });

    test(`of a pool's task crosses ${state} after its outcome was taken in, and before`, async () => {
      using pool = new ThreadPoolExecutor(1);
      for (const taken of [true, false]) {
        const gate = new Event();
        const blocker = pool.submit((gate: Event) => void gate.wait(), gate);
        const future = pool.submit((fails: boolean) => {
          if (fails) throw new RangeError("no");
          return 5;
        }, state === "failed");
        if (state === "cancelled") future.cancel();
        gate.set();
        await blocker;
        if (taken) await future.catch(() => {});
        const text = pool.submit((future: Future<number>) => {
          try {
            return `finished ${future.result()}`;
          } catch (error) {
            return `${future.cancelled() ? "cancelled" : "failed"} ${(error as Error).name}`;
          }
        }, future);
        const want = {
          finished: "finished 5",
          failed: "failed RangeError",
          cancelled: "cancelled CancelledError",
        };
        assert.equal(await text, want[state as keyof typeof want]);
      }
    });
  }

  test("made in one thread, waited for in a second, cancelled in a third", async () => {
    const gate = new Event();
    using pool = new ThreadPoolExecutor(1);
    const handed = new Future<Future<number>>();
    const maker = start(
      (pool, gate, handed) => {
        pool.submit((gate: Event) => void gate.wait(), gate);
        handed.setResult(pool.submit(() => 1));
        gate.wait();
      },
      pool,
      gate,
      handed,
    );
    const future = handed.result(); // `await` would go through to the inner one
    const said = new Future<string>();
    const waiter = start(
      (future, said) => {
        try {
          future.result();
        } catch (error) {
          said.setResult((error as Error).name);
        }
      },
      future,
      said,
    );
    await until(() => waiter.state === "blocked", "it waits");
    await joinAll([start((future) => void (future.cancel() || process.abort()), future)]);
    assert.equal(await said, "CancelledError");
    gate.set();
    await joinAll([maker, waiter]);
    assert.equal(future.cancelled(), true);
  });

  test("is waited for by main, blocked, until another thread settles or cancels it", async () => {
    const settled = new Future<number>();
    assert.equal(
      await whileBlocked(
        () => settled.result({ timeout: LONG }),
        () => settled.setResult(3),
      ),
      3,
    );
    const cancelled = new Future<number>();
    await assert.rejects(
      whileBlocked(
        () => cancelled.result({ timeout: LONG }),
        () => void cancelled.cancel(),
      ),
      { code: "FUTURE_CANCELLED" },
    );
    const [a, b] = [new Future<number>(), new Future<number>()];
    const found = await whileBlocked(
      () => wait([a, b], { returnWhen: "FIRST_COMPLETED", timeout: LONG }),
      () => b.setResult(1),
    );
    assert.deepEqual([...found.done], [b]);
    const first = await whileBlocked(
      () => {
        for (const future of asCompleted([a], { timeout: LONG })) return future === a; // not itself: it would be awaited
        return undefined;
      },
      () => a.setException(new Error("x")),
    );
    assert.equal(first, true);
  });

  test("wakes all who wait for it, blocked and awaiting, in many threads", async () => {
    const future = new Future<number>();
    const sum = new SharedInt32();
    const threads = [
      ...Array.from({ length: 3 }, () => start((future, sum) => void sum.add(future.result()), future, sum)),
      ...Array.from({ length: 3 }, () =>
        start(async (future, sum) => void sum.add(await future), future, sum),
      ),
    ];
    await until(() => threads.slice(0, 3).every((thread) => thread.state === "blocked"), "they wait");
    future.setResult(7);
    await joinAll(threads);
    assert.equal(sum.value, 42);
  });
});

describe("an aborted wait for a future", () => {
  test("asCompleted ends `for await` with the reason of its signal, before and during", async () => {
    const reason = new Error("enough");
    const [done, open] = [new Future<number>(), new Future<number>()];
    done.setResult(1);
    const controller = new AbortController();
    const found: unknown[] = [];
    const loop = async (signal: AbortSignal) => {
      for await (const future of asCompleted([open, done], { signal, timeout: LONG }))
        found.push(future.result());
    };
    const pending = loop(controller.signal);
    await until(() => found.length === 1, "what is done is handed out");
    controller.abort(reason);
    await assert.rejects(pending, (e) => e === reason);
    await assert.rejects(loop(AbortSignal.abort(reason)), (e) => e === reason);
    assert.deepEqual(found, [1]);
    assert.deepEqual(
      [...asCompleted([done], { signal: controller.signal })],
      [done],
      "a loop that blocks goes on",
    );
  });

  test("rejects with the reason of its signal, before and during", async () => {
    const future = new Future<number>();
    const reason = { why: "enough" };
    for (const wait of ["resultAsync", "exceptionAsync"] as const) {
      await assert.rejects(future[wait]({ signal: AbortSignal.abort(reason) }), (e) => e === reason);
      const controller = new AbortController();
      const pending = future[wait]({ signal: controller.signal });
      controller.abort(reason);
      await assert.rejects(pending, (e) => e === reason);
    }
    const controller = new AbortController();
    const pending = waitAsync([future], { signal: controller.signal });
    controller.abort(reason);
    await assert.rejects(pending, (e) => e === reason);
    await assert.rejects(waitAsync([future], { signal: controller.signal }), (e) => e === reason);
    const done = new Future<number>();
    done.setResult(1);
    await assert.rejects(
      waitAsync([done], { signal: controller.signal }),
      (e) => e === reason,
      "done or not",
    );
    future.setResult(1);
    assert.equal(await future, 1);
  });
});

describe("a wait for several futures that is over", () => {
  test("leaves those who await one of them in line", async () => {
    const future = new Future<number>();
    const wait = waitAsync([future], { timeout: EXPIRES });
    const awaited = future.then((value) => value + 1);
    const told = new Promise((resolve) => future.addDoneCallback(resolve));
    assert.deepEqual([...(await wait).notDone], [future]);
    future.setResult(1);
    assert.equal(await awaited, 2);
    await told;
  });

  test("leaves another such wait in line, whichever began first", async () => {
    for (const [first, second] of [
      [EXPIRES, LONG],
      [LONG, EXPIRES],
    ]) {
      const [future, other] = [new Future<number>(), new Future<number>()];
      const waits = [first, second].map((timeout) =>
        waitAsync([future, other], { timeout, returnWhen: "FIRST_COMPLETED" }),
      );
      assert.equal((await Promise.race(waits)).done.size, 0);
      future.setResult(1);
      assert.equal((await waits[first === LONG ? 0 : 1]).done.size, 1);
    }
  });
});

test("asCompleted goes on where a loop was left", async () => {
  const futures = [1, 2, 3, 4].map(() => new Future<number>());
  const all = asCompleted(futures, { timeout: LONG });
  const take = async (n: number): Promise<number | undefined> => {
    setTimeout(() => futures[n].done() || futures[n].setResult(n), 1);
    for await (const future of all) return futures.indexOf(future as Future<number>);
    return undefined;
  };
  for (const n of [2, 0, 3, 1]) assert.equal(await take(n), n);
  assert.equal(await take(1), undefined);
});

test("asCompleted goes on where a loop was left, also in one that blocks", async () => {
  const [first, last] = [new Future<number>(), new Future<number>()];
  const all = asCompleted([first, last], { timeout: LONG });
  setTimeout(() => first.setResult(1), 1);
  for await (const future of all) {
    assert.equal(future, first);
    break;
  }
  const found = await whileBlocked(
    () => {
      for (const future of all) return future === last;
      return undefined;
    },
    () => last.setResult(2),
  );
  assert.equal(found, true);
});

test("asCompleted answers several calls of next() at a time, each with another future", async () => {
  const futures = [new Future<number>(), new Future<number>()];
  const iterator = asCompleted(futures, { timeout: LONG })[Symbol.asyncIterator]();
  const steps = [iterator.next(), iterator.next(), iterator.next()];
  await sleepAsync(1);
  futures[1].setResult(1);
  const first = await Promise.race(steps);
  futures[0].setResult(0);
  const found = await Promise.all(steps);
  assert.ok(first === found[0] && first.value === (futures[1] as unknown));
  assert.ok(found[1].value === (futures[0] as unknown));
  assert.equal(found[2].done, true);

  // The last future goes to a call that comes before the others have heard of it.
  const last = new Future<number>();
  const others = asCompleted([last], { timeout: LONG })[Symbol.asyncIterator]();
  const early = others.next();
  last.setResult(1);
  assert.ok((await others.next()).value === (last as unknown));
  assert.equal((await early).done, true);

  // One who still waits is not forgotten when another leaves.
  const late = new Future<number>();
  const shared = asCompleted([late], { timeout: LONG })[Symbol.asyncIterator]();
  const waiting = shared.next();
  await shared.return?.();
  late.setResult(1);
  assert.ok((await waiting).value === (late as unknown));
});

test("a future prints its state", async () => {
  const future = new Future<number>();
  assert.equal(inspect(future), "Future { pending }");
  future.setRunningOrNotifyCancel();
  assert.equal(inspect(future), "Future { running }");
  future.setResult(1);
  assert.equal(inspect(future), "Future { finished }");
  const failed = new Future<number>();
  failed.setException(new Error("x"));
  assert.equal(inspect(failed), "Future { failed }");
  const cancelled = new Future<number>();
  cancelled.cancel();
  assert.equal(inspect(cancelled), "Future { cancelled }");
});
