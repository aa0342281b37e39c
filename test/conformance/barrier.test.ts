/** Barrier: the suite for both drivers, and what is not about the driver. */
import assert from "node:assert/strict";
import path from "node:path";
import { inspect } from "node:util";
import { describe, test } from "../harness/tests.ts";
import "../harness/watchdog.ts";
import {
  Barrier,
  BrokenBarrierError,
  CaptureError,
  Event,
  RuntimeError,
  SharedInt32,
  Thread,
} from "threadkit";
import { Q_TICKET } from "../../src/parking/layout.ts";
import { B_QUEUE, B_ROUND } from "../../src/sync/rounds.ts";
import { arenaWords, indexOf } from "../harness/arena.ts";
import { EXPIRES, LONG } from "../harness/delays.ts";
import { refuses, refusesAsync } from "../harness/refuses.ts";
import { joinAll, start, startEach } from "../harness/threads.ts";
import { until } from "../harness/until.ts";
import { barrierWords } from "../harness/words.ts";
import {
  awaiting,
  barrierSuite,
  blocking,
  FOUND_BROKEN,
  ints,
  lineUp,
  PRISTINE,
  RESET,
  WAS_BROKEN,
  WAS_RESET,
} from "./barrier.ts";

barrierSuite(blocking);
barrierSuite(awaiting);

/** A barrier of two whose action runs until `go` is set. */
function slow(parties = 2) {
  const [inAction, go] = [new Event(), new Event()];
  const barrier = new Barrier(parties, {
    action: () => {
      inAction.set();
      go.wait();
    },
  });
  return { barrier, inAction, go };
}

describe("a Barrier of promises", () => {
  test("opens when the last call is made, and mixes with threads", async () => {
    const barrier = new Barrier(4);
    const results = ints(1);
    const threads = await lineUp(barrier, 1, results);
    assert.deepEqual(
      await Promise.all([barrier.waitAsync(), barrier.waitAsync(), barrier.waitAsync()]),
      [1, 2, 3],
    );
    await joinAll(threads);
    assert.deepEqual([...results], [0]);
    assert.deepEqual(barrierWords(barrier), PRISTINE);
  });

  test("fills the next round while the promises of the last one have not run yet", async () => {
    const barrier = new Barrier(2);
    const all = Array.from({ length: 10 }, () => barrier.waitAsync());
    assert.deepEqual(await Promise.all(all), [0, 1, 0, 1, 0, 1, 0, 1, 0, 1]);
    assert.deepEqual(barrierWords(barrier), PRISTINE);
  });
});

describe("an aborted waitAsync of a Barrier (API rule 3)", () => {
  test("that was aborted before rejects with the reason and counts for nothing", async () => {
    const barrier = new Barrier(1);
    const reason = { why: "before" };
    await assert.rejects(
      barrier.waitAsync({ signal: AbortSignal.abort(reason) }),
      (error) => error === reason,
    );
    assert.equal(barrier.broken, false);
    assert.deepEqual(barrierWords(barrier), PRISTINE);
  });

  test("that is aborted in line rejects with the reason and breaks the barrier for the others", async () => {
    const barrier = new Barrier(3);
    const controller = new AbortController();
    const pending = barrier.waitAsync({ signal: controller.signal, timeout: LONG });
    const other = refusesAsync(() => barrier.waitAsync(), BrokenBarrierError, "BARRIER_BROKEN", WAS_BROKEN);
    await until(() => barrier.nWaiting === 2, "both stand in line");
    const reason = { why: "during" };
    controller.abort(reason);
    await assert.rejects(pending, (error) => error === reason);
    await other;
    assert.equal(barrier.broken, true);
    barrier.reset();
    assert.deepEqual(barrierWords(barrier), PRISTINE);
  });

  test("that was let through before it was aborted has its index", async () => {
    const barrier = new Barrier(2);
    const controller = new AbortController();
    const pending = barrier.waitAsync({ signal: controller.signal });
    assert.equal(await barrier.waitAsync(), 1);
    controller.abort();
    assert.equal(await pending, 0);
    assert.equal(barrier.broken, false);
  });
});

describe("while the action of a Barrier runs", () => {
  test("a timeout does not break it: all are there", async () => {
    const { barrier, inAction, go } = slow(3);
    const results = ints(1);
    const blocked = start(
      (barrier, results, ms) => {
        results[0] = barrier.wait({ timeout: ms });
      },
      barrier,
      results,
      EXPIRES,
    );
    const awaited = barrier.waitAsync({ timeout: EXPIRES });
    await until(() => barrier.nWaiting === 2, "two have come");
    const last = start((barrier) => void barrier.wait(), barrier);
    await inAction.waitAsync();
    assert.equal(barrier.nWaiting, 3);
    await until(() => blocked.state === "blocked", "it waits on");
    await new Promise((resolve) => setTimeout(resolve, 2 * EXPIRES));
    assert.equal(barrier.broken, false);
    go.set();
    await joinAll([blocked, last]);
    assert.deepEqual([results[0], await awaited].sort(), [0, 1]);
    assert.deepEqual(barrierWords(barrier), PRISTINE);
  });

  test("a newcomer waits for the next round, with its index there", async () => {
    const { barrier, inAction, go } = slow();
    const results = ints(1);
    const old = await lineUp(barrier, 1, results);
    const last = start((barrier) => void barrier.wait(), barrier);
    await inAction.waitAsync();
    const newcomer = barrier.waitAsync();
    const blocked = start((barrier) => void barrier.wait(), barrier);
    await until(() => blocked.state === "blocked", "the other newcomer stands in line too");
    assert.equal(barrier.nWaiting, 2, "newcomers don't count yet");
    go.set();
    await joinAll([...old, last, blocked]);
    assert.ok([0, 1].includes(await newcomer));
    assert.deepEqual([...results], [0]);
    assert.deepEqual(barrierWords(barrier), PRISTINE);
  });

  test("a newcomer whose time is up waits for its end, and then breaks the next round", async () => {
    const { barrier, inAction, go } = slow();
    const old = await lineUp(barrier, 1, ints(1));
    const last = start((barrier) => void barrier.wait(), barrier);
    await inAction.waitAsync();
    const newcomer = refusesAsync(
      () => barrier.waitAsync({ timeout: 1 }),
      BrokenBarrierError,
      "BARRIER_BROKEN",
      /the others did not come within 1 ms/,
    );
    await new Promise((resolve) => setTimeout(resolve, EXPIRES));
    assert.equal(barrier.broken, false);
    go.set();
    await joinAll([...old, last]);
    await newcomer;
    assert.equal(barrier.broken, true);
  });

  test("a newcomer that is aborted rejects with the reason and is not missed", async () => {
    const { barrier, inAction, go } = slow();
    const old = await lineUp(barrier, 1, ints(1));
    const last = start((barrier) => void barrier.wait(), barrier);
    await inAction.waitAsync();
    const controller = new AbortController();
    const newcomer = barrier.waitAsync({ signal: controller.signal });
    const reason = { why: "meanwhile" };
    controller.abort(reason);
    go.set();
    await assert.rejects(newcomer, (error) => error === reason);
    await joinAll([...old, last]);
    assert.equal(barrier.broken, false);
    assert.deepEqual(barrierWords(barrier), PRISTINE);
  });

  for (const [what, whatOthers, whatActor] of [
    ["reset", WAS_RESET, "reset"],
    ["abort", WAS_BROKEN, "broken"],
  ] as const) {
    test(`${what}() throws out those who wait at once, and the thread in the action afterwards`, async () => {
      const { barrier, inAction, go } = slow();
      const other = refusesAsync(() => barrier.waitAsync(), BrokenBarrierError, "BARRIER_BROKEN", whatOthers);
      await until(() => barrier.nWaiting === 1, "it has come first");
      const actor = start(
        (barrier, whatActor, RESET) => {
          try {
            barrier.wait();
          } catch (error) {
            const { message } = error as Error;
            if (
              message ===
              `cannot wait at the barrier: it was ${whatActor} while this thread ran the action. ${RESET}`
            )
              return;
            throw error;
          }
          throw new Error("it went through");
        },
        barrier,
        whatActor,
        RESET,
      );
      await inAction.waitAsync();
      barrier[what]();
      await other;
      assert.equal(barrier.broken, what === "abort");
      go.set();
      await joinAll([actor]);
      barrier.reset();
      assert.deepEqual(barrierWords(barrier), PRISTINE);
    });
  }

  test("wait() in the action is refused, and breaks the barrier as any error does", async () => {
    const barrier: Barrier = new Barrier(1, { action: () => void barrier.wait() });
    refuses(
      () => barrier.wait(),
      RuntimeError,
      "BARRIER_IN_ACTION",
      "cannot wait at the barrier: its action is running in this thread, which would wait for itself. Wait after the action.",
    );
    assert.equal(barrier.broken, true);
    await refusesAsync(() => barrier.waitAsync(), BrokenBarrierError, "BARRIER_BROKEN", FOUND_BROKEN);
  });

  test("the action may look at the barrier, which it captured", async () => {
    const seen = new SharedInt32();
    const barrier: Barrier = new Barrier(2, { action: () => void (seen.value = barrier.nWaiting) });
    const threads = startEach((barrier) => void barrier.wait(), [[barrier], [barrier]] as const);
    await joinAll(threads);
    assert.equal(seen.value, 2);
    assert.deepEqual(barrierWords(barrier), PRISTINE);
  });
});

describe("the action of a Barrier as code", () => {
  test("runs in whichever thread is last, with what it captured and imported", async () => {
    const seen = new SharedInt32();
    const factor = 7;
    const barrier = new Barrier(2, {
      action: () => {
        if (path.basename("/a/b") === "b") seen.add(factor);
      },
    });
    for (let round = 0; round < 4; round++)
      await joinAll(startEach((barrier) => void barrier.wait(), [[barrier], [barrier]] as const));
    assert.equal(seen.value, 28);
  });

  test("has the modules that it imports when the barrier comes with the thread", async () => {
    const barrier = new Barrier(1, { action: () => void until.length });
    await joinAll([start((barrier) => void barrier.wait(), barrier)]);
    const captured = new Thread({ target: () => void barrier.wait() }).start();
    await joinAll([captured as Thread]);
    assert.equal(barrier.broken, false);
  });

  test("that can't cross is refused where the barrier is handed over, before any thread runs", () => {
    class Local {}
    const instance = new Local();
    const barrier = new Barrier(1, { action: () => void instance });
    assert.throws(
      () => start((barrier) => void barrier.wait(), barrier),
      (error) => error instanceof CaptureError && error.code === "CANNOT_CROSS",
    );
    assert.equal(barrier.wait(), 0, "in this thread it works");
  });

  test("may change shared memory of its own", () => {
    const cells = new Int32Array(new SharedArrayBuffer(4));
    const barrier = new Barrier(1, { action: () => void (cells[0] += 1) });
    start((barrier) => void barrier.wait(), barrier).join();
    barrier.wait();
    assert.equal(cells[0], 2);
  });
});

describe("a Barrier lasts for ever (SEMANTICS 13)", () => {
  test("a million rounds of one party", () => {
    const barrier = new Barrier(1);
    for (let i = 0; i < 1_000_000; i++) if (barrier.wait() !== 0) throw new Error(`round ${i}`);
    assert.deepEqual(barrierWords(barrier), PRISTINE);
  });

  test("over the end of its counters", async () => {
    const barrier = new Barrier(2, { action: () => {} });
    const at = indexOf(barrier);
    arenaWords()[at + B_ROUND] = 0x7fffffff - 5;
    // The queue's tickets wrap too.
    arenaWords()[at + B_QUEUE + Q_TICKET] = 0x7fffffff - 5;
    const thread = start((barrier) => {
      for (let i = 0; i < 20; i++) barrier.wait();
    }, barrier);
    for (let i = 0; i < 20; i++) await barrier.waitAsync({ timeout: LONG });
    await joinAll([thread]);
    assert.ok(arenaWords()[at + B_ROUND] < 0, "it wrapped");
    assert.deepEqual(barrierWords(barrier), PRISTINE);
  });
});

describe("a Barrier prints", () => {
  test("how many of how many have come, and whether it is broken or in its action", async () => {
    const { barrier, inAction, go } = slow(3);
    assert.equal(inspect(barrier), "Barrier { 0 of 3 waiting }");
    const pending = barrier.waitAsync();
    assert.equal(inspect(barrier), "Barrier { 1 of 3 waiting }");
    const threads = startEach((barrier) => void barrier.wait(), [[barrier], [barrier]] as const);
    await inAction.waitAsync();
    assert.match(inspect(barrier), /^Barrier \{ action in thread \d+, 3 of 3 waiting \}$/);
    go.set();
    await joinAll(threads);
    await pending;
    barrier.abort();
    assert.equal(inspect(barrier), "Barrier { broken, 0 of 3 waiting }");
  });
});
