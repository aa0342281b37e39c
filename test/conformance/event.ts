/**
 * What an event must do, as a suite that runs once for each driver: by blocking, by awaiting.
 * Rules of API.md 0 and SEMANTICS.md 11 are named where they are tested.
 */
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { type Event, sleep, type Thread } from "threadkit";
import { AT_ONCE, EARLY, EXPIRES, LONG } from "../harness/delays.ts";
import { describe, test } from "../harness/tests.ts";
import { joinAll, start } from "../harness/threads.ts";
import { took, until } from "../harness/until.ts";
import { eventWords, quiet } from "../harness/words.ts";

/** How a suite waits in the thread that runs the test. */
export interface Driver {
  readonly name: string;
  readonly awaits: boolean;
  wait(event: Event, options?: { timeout?: number }): Promise<boolean>;
}

export const blocking: Driver = {
  name: "blocking",
  awaits: false,
  async wait(event, options) {
    return options === undefined ? event.wait() : event.wait(options);
  },
};

export const awaiting: Driver = {
  name: "awaiting",
  awaits: true,
  async wait(event, options) {
    return options === undefined ? event.waitAsync() : event.waitAsync(options);
  },
};

/** Blocks until somebody stands in line. */
export function whenAwaited(object: object): void {
  while (!/[1-9]\d* waiting/.test(inspect(object))) sleep(0.2);
}

/** Sets the event from another thread, once somebody stands in line. */
export function setWhenAwaited(event: Event): Thread {
  return start((event) => {
    whenAwaited(event);
    event.set();
  }, event);
}

const CLEAR = quiet(0);
const SET = quiet(2);

export function eventSuite(make: () => Event, driver: Driver): void {
  describe(`an Event, ${driver.name}`, () => {
    test("is clear when it is made", () => {
      const event = make();
      assert.equal(event.isSet(), false);
      assert.deepEqual(eventWords(event), CLEAR);
    });

    test("is set by set() and clear again by clear(), as often as one likes", () => {
      const event = make();
      for (const round of [1, 2, 3]) {
        event.set();
        event.set();
        assert.equal(event.isSet(), true, `round ${round}`);
        assert.deepEqual(eventWords(event), SET);
        event.clear();
        event.clear();
        assert.equal(event.isSet(), false, `round ${round}`);
      }
      assert.deepEqual(eventWords(event), CLEAR);
    });

    test("lets a wait through at once while it is set, and stays set", async () => {
      const event = make();
      event.set();
      const ms = await took(async () => {
        for (const options of [undefined, {}, { timeout: 0 }, { timeout: LONG }, { timeout: undefined }])
          assert.equal(await driver.wait(event, options), true);
      });
      assert.ok(ms < AT_ONCE, `it took ${ms} ms`);
      assert.deepEqual(eventWords(event), SET);
    });

    test("with timeout 0 is only looked at", async () => {
      const event = make();
      const ms = await took(async () => assert.equal(await driver.wait(event, { timeout: 0 }), false));
      assert.ok(ms < AT_ONCE, `it took ${ms} ms`);
      assert.deepEqual(eventWords(event), CLEAR);
    });

    test("after an expired timeout is false, not early, and leaves no trace", async () => {
      const event = make();
      for (const timeout of [1, EXPIRES, EXPIRES + 0.5]) {
        const ms = await took(async () => assert.equal(await driver.wait(event, { timeout }), false));
        assert.ok(ms >= timeout - EARLY, `it took ${ms} of ${timeout} ms`);
        assert.deepEqual(eventWords(event), CLEAR);
      }
    });

    test("lets a waiter through when another thread sets it", async () => {
      for (const options of [undefined, { timeout: LONG }, { timeout: Number.POSITIVE_INFINITY }]) {
        const event = make();
        const setter = setWhenAwaited(event);
        assert.equal(await driver.wait(event, options), true);
        assert.equal(event.isSet(), true);
        await joinAll([setter]);
        assert.deepEqual(eventWords(event), SET);
      }
    });

    test("lets a waiter through although it is cleared before the waiter runs (SEMANTICS 11)", async () => {
      for (let round = 0; round < 20; round++) {
        const event = make();
        const setter = start((event) => {
          whenAwaited(event);
          event.set();
          event.clear();
        }, event);
        assert.equal(await driver.wait(event, { timeout: LONG }), true);
        await joinAll([setter]);
        assert.deepEqual(eventWords(event), CLEAR);
      }
    });

    test("makes a wait after clear() wait for the next set()", async () => {
      const event = make();
      event.set();
      event.clear();
      assert.equal(await driver.wait(event, { timeout: EXPIRES }), false);
      const setter = setWhenAwaited(event);
      assert.equal(await driver.wait(event), true);
      await joinAll([setter]);
    });

    test("lets all waiters through by one set(), blocking and awaiting ones", async () => {
      const event = make();
      const threads = Array.from({ length: 4 }, () =>
        start((event) => {
          if (!event.wait()) throw new Error("woken for nothing");
        }, event),
      );
      await until(() => threads.every((thread) => thread.state === "blocked"), "all stand in line");
      const promises = Array.from({ length: 4 }, () => event.waitAsync());
      await new Promise((resolve) => setImmediate(resolve));
      event.set();
      event.clear();
      assert.deepEqual(await Promise.all(promises), [true, true, true, true]);
      await joinAll(threads);
      assert.deepEqual(eventWords(event), CLEAR);
    });
  });
}
