/** What a Condition must do over any lock, once by blocking and once by awaiting: SEMANTICS 6 to 10. */
import assert from "node:assert/strict";
import { type Condition, RuntimeError, SharedBoolean, SharedInt32, sleep, type Thread } from "threadkit";
import { conditionLine, lockWords, NOBODY, PRISTINE } from "../harness/arena.ts";
import { AT_ONCE, EARLY, EXPIRES, LONG } from "../harness/delays.ts";
import { refusesAsync } from "../harness/refuses.ts";
import { describe, test } from "../harness/tests.ts";
import { joinAll, start, startEach } from "../harness/threads.ts";
import { took, until } from "../harness/until.ts";

/** How a suite uses a condition. `enter` runs a section with its lock; the rest is called inside. */
export interface ConditionDriver {
  readonly name: string;
  readonly awaits: boolean;
  enter<T>(condition: Condition, body: () => T | Promise<T>): Promise<T>;
  wait(condition: Condition, options?: { timeout?: number }): Promise<boolean>;
  waitFor<T>(condition: Condition, predicate: () => T, options?: { timeout?: number }): Promise<T>;
}

export const blockingWaits: ConditionDriver = {
  name: "blocking",
  awaits: false,
  async enter(condition, body) {
    condition.acquire();
    try {
      return await body(); // without an await inside that gives up the event loop for others
    } finally {
      condition.release();
    }
  },
  wait: async (condition, options) => condition.wait(options),
  waitFor: async (condition, predicate, options) => condition.waitFor(predicate, options),
};

export const awaitingWaits: ConditionDriver = {
  name: "awaiting",
  awaits: true,
  enter: (condition, body) => condition.withAsync(body),
  wait: (condition, options) => condition.waitAsync(options),
  waitFor: (condition, predicate, options) => condition.waitForAsync(predicate, options),
};

/** Waits in a thread; `order` says when it came back, `result` 1: notified, 2: not. */
export interface Waiter {
  thread: Thread;
  order: SharedInt32;
  result: SharedInt32;
}

/** Starts waiters one by one, so that they stand in line in this order; every other one awaits. */
export async function lineUp(
  condition: Condition,
  count: number,
  turn: SharedInt32,
  timeout: number = LONG,
): Promise<Waiter[]> {
  const waiters: Waiter[] = [];
  for (let i = 0; i < count; i++) {
    const order = new SharedInt32();
    const result = new SharedInt32();
    const [thread] = startEach(
      async (condition, order, result, turn, timeout, awaits) => {
        if (awaits) await condition.acquireAsync();
        else condition.acquire();
        const notified = awaits ? await condition.waitAsync({ timeout }) : condition.wait({ timeout });
        order.value = turn.add(1) + 1;
        result.value = notified ? 1 : 2;
        condition.release();
      },
      [[condition, order, result, turn, timeout, i % 2 === 1] as const],
    );
    waiters.push({ thread, order, result });
    await until(() => waitersOf(condition) === i + 1, "the waiter stands in line");
  }
  return waiters;
}

/** How many wait, as the condition prints it. */
export function waitersOf(condition: Condition): number {
  const printed = (condition as unknown as Record<symbol, () => string>)[
    Symbol.for("nodejs.util.inspect.custom")
  ]();
  return Number(/(\d+) waiting }$/.exec(printed)?.[1] ?? 0);
}

export function conditionSuite(name: string, make: () => Condition, driver: ConditionDriver): void {
  const pristine = (condition: Condition) => {
    assert.deepEqual(lockWords(condition.lock), PRISTINE);
    assert.deepEqual(conditionLine(condition), NOBODY);
  };

  describe(`${name}, ${driver.name}`, () => {
    test("wakes exactly two of five waiters by notify(2), the oldest first (SEMANTICS 9)", async () => {
      const condition = make();
      const turn = new SharedInt32();
      const waiters = await lineUp(condition, 5, turn);
      await driver.enter(condition, () => {
        condition.notify(2);
        assert.equal(condition.locked(), true, "it keeps the lock");
        assert.equal(turn.value, 0);
      });
      await joinAll(waiters.slice(0, 2).map(({ thread }) => thread));
      assert.equal(turn.value, 2);
      assert.equal(waitersOf(condition), 3);
      assert.deepEqual(
        waiters.map(({ result }) => result.value),
        [1, 1, 0, 0, 0],
      );
      await driver.enter(condition, () => condition.notify());
      await joinAll([waiters[2].thread]);
      assert.equal(waiters[2].order.value, 3);
      await driver.enter(condition, () => condition.notifyAll());
      await joinAll(waiters.map(({ thread }) => thread));
      assert.equal(turn.value, 5);
      pristine(condition);
    });

    test("stores no notify for who comes later (SEMANTICS 9)", async () => {
      const condition = make();
      await driver.enter(condition, async () => {
        condition.notify(3);
        condition.notifyAll();
        assert.equal(await driver.wait(condition, { timeout: EXPIRES }), false);
      });
      pristine(condition);
    });

    test("does nothing by notify(0) and less", async () => {
      const condition = make();
      const turn = new SharedInt32();
      const waiters = await lineUp(condition, 2, turn);
      await driver.enter(condition, () => {
        for (const n of [0, -1, -100]) condition.notify(n);
      });
      assert.equal(waitersOf(condition), 2);
      await driver.enter(condition, () => condition.notify(100));
      await joinAll(waiters.map(({ thread }) => thread));
      assert.deepEqual(
        waiters.map(({ result }) => result.value),
        [1, 1],
      );
      pristine(condition);
    });

    test("returns false when the time is up, not early, with the lock, and leaves no trace", async () => {
      const condition = make();
      await driver.enter(condition, async () => {
        for (const timeout of [0, 1, EXPIRES]) {
          const ms = await took(async () => assert.equal(await driver.wait(condition, { timeout }), false));
          assert.ok(ms >= timeout - EARLY, `it took ${ms} of ${timeout} ms`);
          assert.equal(condition.locked(), true);
          assert.equal(waitersOf(condition), 0);
        }
      });
      pristine(condition);
    });

    test("gives up the lock while it waits, and has it when it returns", async () => {
      const condition = make();
      const [inside, overlaps] = [new SharedBoolean(), new SharedInt32()];
      const threads: Thread[] = [];
      await driver.enter(condition, async () => {
        // Begun with the lock held, so it comes in only when the wait gives the lock up.
        threads.push(
          ...startEach(
            (condition, inside, overlaps) => {
              condition.acquire();
              condition.notify();
              sleep(5); // the notified one must not go on before the lock is free
              if (inside.value) overlaps.add(1);
              condition.release();
            },
            [[condition, inside, overlaps] as const],
          ),
        );
        assert.equal(await driver.wait(condition, { timeout: LONG }), true);
        inside.value = true;
        assert.equal(condition.locked(), true);
      });
      await joinAll(threads);
      assert.equal(overlaps.value, 0);
      pristine(condition);
    });

    test("lets others have the lock once by a wait with timeout 0, so that who polls starves nobody", async () => {
      const condition = make();
      const done = new SharedBoolean();
      const threads = startEach(
        async (condition, done, awaits) => {
          if (awaits) await condition.withAsync(() => void (done.value = true));
          else condition.with(() => void (done.value = true));
        },
        [[condition, done, driver.awaits] as const],
      );
      await driver.enter(condition, async () => {
        const end = performance.now() + LONG;
        while (!done.value) {
          await driver.wait(condition, { timeout: 0 });
          assert.ok(performance.now() < end, "nobody got in");
        }
      });
      await joinAll(threads);
      pristine(condition);
    });

    test("tests a predicate first, and returns the very value that ended it (SEMANTICS 10)", async () => {
      const condition = make();
      const value = { any: "object" };
      await driver.enter(condition, async () => {
        assert.equal(await driver.waitFor(condition, () => value, { timeout: 0 }), value);
        for (const falsy of [0, "", null, undefined, false, Number.NaN]) {
          let calls = 0;
          const predicate = () => {
            calls++;
            return falsy;
          };
          assert.ok(Object.is(await driver.waitFor(condition, predicate, { timeout: 1 }), falsy));
          assert.ok(calls >= 1);
        }
      });
      pristine(condition);
    });

    test("tests the predicate with the lock after each notify, within one deadline", async () => {
      const condition = make();
      const stop = new SharedBoolean();
      const threads = startEach(
        (condition, stop) => {
          while (!stop.value) {
            condition.with(() => condition.notifyAll());
            sleep(1);
          }
        },
        [[condition, stop] as const],
      );
      let calls = 0;
      // On a busy machine the notifier may not get its turns within one wait.
      for (let tries = 1; calls <= 2; tries++) {
        assert.ok(tries < 100, `${calls} calls`);
        calls = 0;
        const ms = await took(() =>
          driver.enter(condition, () =>
            driver.waitFor(
              condition,
              () => {
                assert.equal(condition.locked(), true);
                calls++;
                return false;
              },
              { timeout: EXPIRES },
            ),
          ),
        );
        assert.ok(ms >= EXPIRES - EARLY && ms < EXPIRES + AT_ONCE, `it took ${ms} ms`);
      }
      calls = 0;
      const result = await driver.enter(condition, () =>
        driver.waitFor(condition, () => ++calls === 5 && "the fifth"),
      );
      assert.equal(result, "the fifth");
      stop.value = true;
      await joinAll(threads);
      pristine(condition);
    });

    test("lets an error of the predicate out, with the lock held", async () => {
      const condition = make();
      const error = new Error("no");
      await driver.enter(condition, async () => {
        await assert.rejects(
          driver.waitFor(condition, () => {
            throw error;
          }),
          (found) => found === error,
        );
        assert.equal(condition.locked(), true);
      });
      pristine(condition);
    });

    test("refuses to wait and to notify without the lock", async () => {
      const condition = make();
      const calls: [string, () => unknown][] = [
        ["wait", () => driver.wait(condition)],
        ["wait", () => driver.wait(condition, { timeout: 0 })],
        ["wait", () => driver.waitFor(condition, () => true)],
        ["notify", () => condition.notify()],
        ["notify", () => condition.notify(0)],
        ["notify", () => condition.notifyAll()],
      ];
      for (const [verb, call] of calls)
        await refusesAsync(
          call,
          RuntimeError,
          "LOCK_NOT_OWNED",
          new RegExp(`^cannot ${verb}: .+\\. Acquire it`),
        );
      pristine(condition);
    });

    test("loses no notify between an expiry and its waiter's return (SEMANTICS 8)", async () => {
      // Each round: one waiter whose time runs out just when the notify comes, and one with all the time in the
      // world. The notify ends exactly one wait: the first returns true, or the second does.
      const condition = make();
      let [expired, notified] = [0, 0];
      for (let round = 0; round < 60; round++) {
        const [hasty, patient, ready] = [new SharedInt32(), new SharedInt32(), new SharedInt32()];
        const waits = (condition: Condition, ready: SharedInt32, result: SharedInt32, timeout: number) => {
          condition.acquire();
          ready.add(1);
          result.value = condition.wait({ timeout }) ? 1 : 2;
          condition.release();
        };
        const timeout = 1 + (round % 4) / 2;
        const first = start(waits, condition, ready, hasty, timeout);
        await until(() => ready.value === 1, "the hasty one waits");
        const second = start(waits, condition, ready, patient, LONG);
        await until(() => ready.value === 2, "the patient one waits");
        await driver.enter(condition, () => condition.notify());
        await joinAll([first]);
        if (hasty.value === 2) {
          expired++;
          assert.equal(await second.joinAsync({ timeout: LONG }), true, "an expired waiter took the notify");
          assert.equal(patient.value, 1);
        } else {
          notified++;
          assert.equal(waitersOf(condition), 1, "one notify ended two waits");
          await driver.enter(condition, () => condition.notify());
        }
        await joinAll([second]);
        assert.equal(patient.value, 1);
      }
      assert.equal(expired + notified, 60);
      pristine(condition);
    });
  });
}
