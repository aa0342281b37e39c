/** Condition: the suite over both kinds of lock, and what depends on the kind. */
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { describe, test } from "../harness/tests.ts";
import "../harness/watchdog.ts";
import { Condition, Lock, RLock, RuntimeError, SharedInt32, sleepAsync } from "threadkit";
import { conditionLine, NOBODY, PRISTINE_RLOCK, rlockWords } from "../harness/arena.ts";
import { captured, runScript } from "../harness/child.ts";
import { EXPIRES, LONG } from "../harness/delays.ts";
import { refuses, refusesAsync } from "../harness/refuses.ts";
import { joinAll, start, startEach } from "../harness/threads.ts";
import { until } from "../harness/until.ts";
import { awaitingWaits, blockingWaits, conditionSuite, waitersOf } from "./condition.ts";
import { awaiting, blocking } from "./lock.ts";

for (const driver of [blockingWaits, awaitingWaits]) {
  conditionSuite("a Condition over its own RLock", () => new Condition(), driver);
  conditionSuite("a Condition over an RLock", () => new Condition(new RLock()), driver);
  conditionSuite("a Condition over a Lock", () => new Condition(new Lock()), driver);
}
describe("a Condition is a lock", () => {
  for (const driver of [blocking, awaiting]) {
    for (const make of [() => new RLock(), () => new Lock()]) {
      test(`as its ${make().constructor.name} is, ${driver.name}`, async () => {
        const condition = new Condition(make());
        assert.equal(await driver.acquire(condition), condition);
        assert.equal(condition.locked() && condition.lock.locked(), true);
        condition.release();
        assert.equal(await driver.with(condition, () => condition.lock.locked()), true);
        assert.equal(condition.locked(), false);
        const held = start((lock) => void lock.acquire(), condition.lock);
        await joinAll([held]);
        assert.equal(await driver.acquire(condition, { timeout: EXPIRES }), null);
        assert.equal(condition.acquire({ blocking: false }), null);
      });
    }
  }
});

describe("a Condition over an RLock (SEMANTICS 6, 7)", () => {
  const ways: [string, (c: Condition) => unknown, boolean][] = [
    ["a notify of wait", (c) => c.wait({ timeout: LONG }), true],
    ["a notify of waitAsync", (c) => c.waitAsync({ timeout: LONG }), true],
    ["a timeout of wait", (c) => c.wait({ timeout: EXPIRES }), false],
    ["a timeout of waitAsync", (c) => c.waitAsync({ timeout: EXPIRES }), false],
    ["a wait with timeout 0", (c) => c.wait({ timeout: 0 }), false],
    ["a waitAsync with timeout 0", (c) => c.waitAsync({ timeout: 0 }), false],
  ];
  for (const [what, wait, notified] of ways) {
    test(`gives up every level and has the same depth after ${what}`, async () => {
      const condition = new Condition();
      const notifier = () =>
        start((condition) => {
          // It gets the lock only when all levels are given up, and then the waiter is in line.
          condition.acquire();
          condition.notify();
          condition.release();
        }, condition);
      condition.acquire().acquire().acquire();
      // A thread that comes while the lock is held; it is through before the wait is over.
      const thread = notified ? notifier() : undefined;
      assert.equal(await wait(condition), notified);
      assert.deepEqual({ ...rlockWords(condition.lock), word: 0 }, { ...PRISTINE_RLOCK, depth: 2 });
      if (thread !== undefined) await joinAll([thread]);
      for (let level = 0; level < 3; level++) condition.release();
      assert.deepEqual(rlockWords(condition.lock), PRISTINE_RLOCK);
      assert.deepEqual(conditionLine(condition), NOBODY);
    });
  }

  test("gives a task its depth back, after a notify, a timeout and an abort, and lets others in meanwhile", async () => {
    const condition = new Condition();
    const controller = new AbortController();
    const reason = { why: "enough" };
    let others = 0;
    const waits: [(c: Condition) => Promise<unknown>, unknown][] = [
      [(c) => c.waitAsync(), true],
      [(c) => c.waitAsync({ timeout: EXPIRES }), false],
      [(c) => c.waitAsync({ signal: controller.signal }).catch((error) => error), reason],
      [(c) => c.waitForAsync(() => others > 0 && others), 1],
    ];
    const tasks = waits.map(async ([wait, expected]) => {
      await condition.acquireAsync();
      await condition.acquireAsync();
      const { task } = rlockWords(condition.lock);
      assert.equal(await wait(condition), expected);
      assert.equal(rlockWords(condition.lock).depth, 1);
      assert.equal(rlockWords(condition.lock).task, task);
      condition.with(() => assert.equal(rlockWords(condition.lock).depth, 2));
      await condition.withAsync(() => sleepAsync(1));
      condition.release();
      condition.release();
    });
    await tasks[1]; // its time is up; the others can't go on yet
    await until(() => waitersOf(condition) === 3, "the tasks wait");
    await condition.withAsync(async () => {
      controller.abort(reason);
      others = 1;
      condition.notifyAll();
      await sleepAsync(1);
    });
    await Promise.all(tasks);
    assert.deepEqual(rlockWords(condition.lock), PRISTINE_RLOCK);
    assert.deepEqual(conditionLine(condition), NOBODY);
  });

  test("is exact about who holds the lock: no other thread, no other task", async () => {
    const condition = new Condition();
    condition.acquire();
    const refused = new SharedInt32();
    const stranger = (condition: Condition, refused: SharedInt32) => {
      for (const call of [() => condition.wait({ timeout: 1 }), () => condition.notify()]) {
        try {
          call();
        } catch (error) {
          if ((error as { code?: string }).code === "LOCK_NOT_OWNED") refused.add(1);
        }
      }
    };
    await joinAll([start(stranger, condition, refused)]);
    assert.equal(refused.value, 2);
    condition.release();
    let done = () => {};
    const holder = condition.withAsync(() => new Promise<void>((resolve) => (done = resolve)));
    await until(() => condition.locked(), "the task is inside");
    refuses(() => condition.notify(), RuntimeError, "LOCK_NOT_OWNED", /another async task of this thread/);
    await refusesAsync(() => condition.waitAsync(), RuntimeError, "LOCK_NOT_OWNED", /another async task/);
    done();
    await holder;
    assert.deepEqual(rlockWords(condition.lock), PRISTINE_RLOCK);
  });
});

describe("an aborted wait", () => {
  for (const make of [() => new Condition(), () => new Condition(new Lock())]) {
    test(`over ${inspect(make().lock)} rejects with the reason, has the lock, and uses up no notify`, async () => {
      const condition = make();
      for (let round = 0; round < 30; round++) {
        const controller = new AbortController();
        const reason = { round };
        const aborted = condition.withAsync(async () => {
          await assert.rejects(
            condition.waitAsync({ signal: controller.signal }),
            (error) => error === reason,
          );
          assert.equal(condition.locked(), true);
        });
        const other = condition.withAsync(() => condition.waitAsync({ timeout: LONG }));
        await until(() => waitersOf(condition) === 2, "both wait");
        // The abort first: then the notify is the other's.
        await condition.withAsync(() => {
          controller.abort(reason);
          condition.notify();
        });
        await aborted;
        assert.equal(await other, true);
      }
      await condition.withAsync(() =>
        assert.rejects(condition.waitAsync({ signal: AbortSignal.abort("before") }), (e) => e === "before"),
      );
      assert.equal(condition.locked(), false);
      assert.deepEqual(conditionLine(condition), NOBODY);
    });
  }
});

describe("a Condition in another thread", () => {
  test("is the same condition, with the same lock", async () => {
    const lock = new Lock();
    const condition = new Condition(lock);
    const seen = new SharedInt32();
    await joinAll([
      start(
        (condition, lock, seen) => {
          if (condition instanceof Condition && condition.lock === lock) seen.add(1);
          if (condition.lock instanceof Lock && lock.locked() && condition.locked()) seen.add(1);
        },
        condition,
        lock.acquire(),
        seen,
      ),
    ]);
    assert.equal(seen.value, 2);
    lock.release();
  });

  test("keeps its lock as long as it is there itself, and gives it back then", async () => {
    const script = `
      import { census } from "../../test/harness/arena.ts";
      import { Condition, Lock, RLock, Thread } from "threadkit";
      const turn = () => new Promise((resolve) => setTimeout(resolve, 5));
      const kept = new Condition(new Lock());
      for (let i = 0; i < 500; i++) new Condition();
      const t = new Thread({ target: () => { for (let i = 0; i < 500; i++) kept.with(() => new Condition(kept.lock)); },
        resourceLimits: { maxOldGenerationSizeMb: 64 } }); // its worker ends with it
      t.start().join();
      const counts = () => { const { Condition: c, RLock: r = 0, Lock: l } = census(); return [c, r, l].join(); };
      for (let end = Date.now() + 10_000; counts() !== "1,0,1" && Date.now() < end; await turn()) gc();
      console.log(counts(), kept.with(() => kept.wait({ timeout: 1 })));
    `;
    const result = await runScript(script, { nodeArgs: ["--expose-gc"] });
    assert.equal(result.code, 0, captured(result));
    assert.equal(result.stdout.trim(), "1,0,1 false", captured(result));
  });
});

test("producers and consumers lose nothing and make up nothing", async () => {
  const [changed, room] = ((lock) => [new Condition(lock), new Condition(lock)])(new RLock());
  const [buffer, made, taken, sum] = [0, 0, 0, 0].map((n) => new SharedInt32(n));
  const [size, each, pairs] = [4, 300, 3];
  const producers = startEach(
    async (changed, room, buffer, made, size, each, awaits) => {
      for (let i = 0; i < each; i++) {
        const put = () => {
          buffer.value += 1;
          made.value += 1;
          changed.notify();
        };
        if (awaits) {
          await room.withAsync(async () => {
            while (buffer.value >= size) await room.waitAsync();
            put();
          });
        } else {
          room.with(() => {
            room.waitFor(() => buffer.value < size);
            put();
          });
        }
      }
    },
    [false, true, false].map((awaits) => [changed, room, buffer, made, size, each, awaits] as const),
  );
  const consumers = startEach(
    async (changed, room, buffer, taken, sum, each, awaits) => {
      for (let i = 0; i < each; i++) {
        const take = () => {
          buffer.value -= 1;
          if (buffer.value < 0) throw new Error("taken from an empty buffer");
          taken.value += 1;
          sum.value += 1;
          room.notify();
        };
        if (awaits) {
          await changed.withAsync(async () => {
            await changed.waitForAsync(() => buffer.value > 0);
            take();
          });
        } else {
          changed.with(() => {
            while (buffer.value === 0) changed.wait();
            take();
          });
        }
      }
    },
    [true, false, false].map((awaits) => [changed, room, buffer, taken, sum, each, awaits] as const),
  );
  await joinAll([...producers, ...consumers]);
  assert.deepEqual([made.value, taken.value, buffer.value], [each * pairs, each * pairs, 0]);
  assert.deepEqual(rlockWords(changed.lock), PRISTINE_RLOCK);
  assert.deepEqual([conditionLine(changed), conditionLine(room)], [NOBODY, NOBODY]);
});

test("a Condition prints its lock and how many wait", async () => {
  const condition = new Condition();
  assert.equal(inspect(condition), "Condition { lock: RLock { free } }");
  const waits = [1, 2].map(() => condition.withAsync(() => condition.waitAsync()));
  await until(() => waitersOf(condition) === 2, "both wait");
  assert.equal(inspect(condition), "Condition { lock: RLock { free }, 2 waiting }");
  await condition.withAsync(() => condition.notifyAll());
  assert.deepEqual(await Promise.all(waits), [true, true]);
  assert.equal(inspect(new Condition(new Lock())), "Condition { lock: Lock { free } }");
});
