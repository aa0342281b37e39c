/**
 * What a Timer must do, as a suite that runs once for each driver: whoever waits for it blocks, or awaits.
 * SEMANTICS 21 and API.md 1.
 */
import assert from "node:assert/strict";
import { Event, SharedFloat64, SharedInt32, sleep, type Thread, Timer } from "threadkit";
import { AT_ONCE, EARLY, EXPIRES, LONG } from "../harness/delays.ts";
import { describe, test } from "../harness/tests.ts";
import { joinAll, start } from "../harness/threads.ts";
import { took, until } from "../harness/until.ts";

/** How a suite waits in the thread that runs the test. */
export interface Driver {
  readonly name: string;
  join(timer: Pick<Thread, "join" | "joinAsync">): Promise<boolean>;
  wait(event: Event, timeout?: number): Promise<boolean>;
}

export const blocking: Driver = {
  name: "blocking",
  join: async (timer) => timer.join({ timeout: LONG }),
  wait: async (event, timeout = LONG) => event.wait({ timeout }),
};

export const awaiting: Driver = {
  name: "awaiting",
  join: (timer) => timer.joinAsync({ timeout: LONG }),
  wait: (event, timeout = LONG) => event.waitAsync({ timeout }),
};

/** Adds one: what most timers here run. */
const hit = (hits: SharedInt32): void => void hits.add(1);

export function timerSuite(driver: Driver): void {
  const ended = async (timer: Pick<Thread, "join" | "joinAsync">) =>
    assert.equal(await driver.join(timer), true, "it ends");

  describe(`a timer, ${driver.name}`, () => {
    test("fires once, after the interval and never before it", async () => {
      for (const interval of [0, 1, EXPIRES, EXPIRES + 0.5]) {
        const hits = new SharedInt32();
        const at = new SharedFloat64();
        const timer = new Timer(
          interval,
          (hits: SharedInt32, at: SharedFloat64) => {
            at.value = performance.timeOrigin + performance.now();
            hits.add(1);
          },
          [hits, at],
        );
        const before = performance.timeOrigin + performance.now();
        timer.start();
        await ended(timer);
        assert.equal(hits.value, 1);
        const waited = at.value - before;
        assert.ok(waited >= interval - EARLY, `it fired after ${waited} of ${interval} ms`);
        assert.equal(timer.finished.isSet(), true);
        assert.equal(timer.exception, undefined);
      }
    });

    test("gives its function the args, and what it captured", async () => {
      const sum = new SharedInt32();
      const factor = 10;
      const timer = new Timer(1, (a: number, { b }: { b: number }) => void sum.add(factor * (a + b)), [
        1,
        { b: 2 },
      ]);
      timer.start();
      await ended(timer);
      assert.equal(sum.value, 30);
    });

    test("that was cancelled before start() runs and ends without firing", async () => {
      const hits = new SharedInt32();
      const timer = new Timer(LONG, hit, [hits]);
      assert.equal(timer.finished.isSet(), false);
      timer.cancel();
      assert.equal(timer.finished.isSet(), true);
      assert.equal(timer.state, "new");
      const ms = await took(async () => {
        timer.start();
        await ended(timer);
      });
      assert.ok(ms < AT_ONCE, `it took ${ms} ms`);
      assert.equal(timer.state, "terminated");
      assert.equal(hits.value, 0);
    });

    test("that is cancelled while it waits wakes at once and does not fire", async () => {
      const hits = new SharedInt32();
      const timer = new Timer(LONG, hit, [hits]);
      timer.start();
      await until(() => timer.state === "blocked", "it waits");
      const ms = await took(async () => {
        timer.cancel();
        await ended(timer);
      });
      assert.ok(ms < AT_ONCE, `it took ${ms} ms`);
      assert.equal(hits.value, 0);
      assert.equal(timer.exception, undefined);
    });

    test("that is cancelled after it fired is as it was, and so is one that is cancelled twice", async () => {
      const hits = new SharedInt32();
      const timer = new Timer(0, hit, [hits]);
      timer.start();
      await ended(timer);
      timer.cancel();
      timer.cancel();
      assert.equal(hits.value, 1);
      assert.equal(timer.finished.isSet(), true);
      assert.equal(timer.state, "terminated");
    });

    test("that is cancelled while its function runs lets it run to its end", async () => {
      const inside = new Event();
      const go = new Event();
      const hits = new SharedInt32();
      const timer = new Timer(0, () => {
        inside.set();
        go.wait();
        hits.add(1);
      });
      timer.start();
      assert.equal(await driver.wait(inside), true);
      timer.cancel();
      assert.equal(timer.isAlive(), true);
      go.set();
      await ended(timer);
      assert.equal(hits.value, 1);
    });

    test("can be cancelled from another thread: waiting, and before its start", async () => {
      const hits = new SharedInt32();
      for (const started of [true, false]) {
        const timer = new Timer(LONG, hit, [hits]);
        if (started) timer.start();
        await joinAll([start((timer) => timer.cancel(), timer)]);
        if (!started) timer.start();
        await ended(timer);
        assert.equal(timer.finished.isSet(), true);
      }
      assert.equal(hits.value, 0);
    });

    test("can be cancelled by its own function, which captured it", async () => {
      const seen = new SharedInt32();
      const timer: Timer<[]> = new Timer(0, () => {
        seen.value = timer.finished.isSet() ? -1 : 1;
        timer.cancel();
        if (timer.finished.isSet()) seen.add(10);
      });
      timer.start();
      await ended(timer);
      assert.equal(seen.value, 11);
    });

    test("finished is set when the function has ended, not when it begins", async () => {
      const inside = new Event();
      const go = new Event();
      const timer = new Timer(0, () => {
        inside.set();
        go.wait();
      });
      timer.start();
      assert.equal(await driver.wait(inside), true);
      assert.equal(await driver.wait(timer.finished, 5), false);
      go.set();
      assert.equal(await driver.wait(timer.finished), true);
      await ended(timer);
    });

    test("an async function is awaited, and finished is set when its promise is fulfilled", async () => {
      const go = new Event();
      const inside = new Event();
      const timer = new Timer(0, async () => {
        inside.set();
        await go.waitAsync();
      });
      timer.start();
      assert.equal(await driver.wait(inside), true);
      assert.equal(timer.finished.isSet(), false);
      assert.equal(timer.isAlive(), true);
      go.set();
      assert.equal(await driver.wait(timer.finished), true);
      await ended(timer);
    });

    test("many that are cancelled around the moment they fire: each fires or does not, and all end", async () => {
      const hits = new SharedInt32();
      for (let round = 0; round < 5; round++) {
        const timers = Array.from({ length: 6 }, (_, i) => new Timer(i / 2, hit, [hits]));
        for (const timer of timers) timer.start();
        sleep(round / 2);
        for (const timer of timers) timer.cancel();
        for (const timer of timers) {
          await ended(timer);
          assert.equal(timer.finished.isSet(), true);
          assert.equal(timer.exception, undefined);
        }
      }
      assert.ok(hits.value <= 30, `${hits.value} times for 30 timers`);
    });
  });
}
