/**
 * What a semaphore must do, as a suite that runs once for each class and driver: by blocking, by awaiting.
 * Rules of API.md 0 and SEMANTICS.md 12 are named where they are tested.
 */
import assert from "node:assert/strict";
import { type Semaphore, SharedBoolean, SharedInt32, type Thread } from "threadkit";
import { AT_ONCE, EARLY, EXPIRES, LONG } from "../harness/delays.ts";
import { refusesAsync } from "../harness/refuses.ts";
import { describe, test } from "../harness/tests.ts";
import { joinAll, start, startEach } from "../harness/threads.ts";
import { took, until } from "../harness/until.ts";
import { quiet, semaphoreWords } from "../harness/words.ts";
import { whenAwaited } from "./event.ts";

/** How a suite takes a permit in the thread that runs the test. */
export interface Driver {
  readonly name: string;
  readonly awaits: boolean;
  acquire<S extends Semaphore>(semaphore: S, options?: { timeout?: number }): Promise<S | null>;
  with<T>(semaphore: Semaphore, body: () => T): Promise<T>;
}

export const blocking: Driver = {
  name: "blocking",
  awaits: false,
  async acquire(semaphore, options) {
    return options === undefined ? semaphore.acquire() : semaphore.acquire(options);
  },
  async with(semaphore, body) {
    return semaphore.with(body);
  },
};

export const awaiting: Driver = {
  name: "awaiting",
  awaits: true,
  async acquire(semaphore, options) {
    return options === undefined ? semaphore.acquireAsync() : semaphore.acquireAsync(options);
  },
  async with(semaphore, body) {
    return semaphore.withAsync(body);
  },
};

/** The words of a semaphore with `value` free permits and nobody in line. */
export const free = (value: number) => quiet(2 * value);

/** Threads that take one permit each and keep it; resolves when all stand in line. */
export async function lineUp(semaphore: Semaphore, count: number, got: SharedInt32): Promise<Thread[]> {
  const threads = startEach(
    (semaphore, got) => {
      semaphore.acquire();
      got.add(1);
    },
    Array.from({ length: count }, () => [semaphore, got] as const),
  );
  await until(() => threads.every((thread) => thread.state === "blocked"), "all stand in line");
  return threads;
}

export function semaphoreSuite<S extends Semaphore>(
  name: string,
  make: (value?: number) => S,
  driver: Driver,
): void {
  describe(`a ${name}, ${driver.name}`, () => {
    test("has one permit unless it is told otherwise", () => {
      assert.equal(make().value, 1);
      for (const value of [0, 1, 2, 1000, 2 ** 30 - 1]) {
        const semaphore = make(value);
        assert.equal(semaphore.value, value);
        assert.deepEqual(semaphoreWords(semaphore), free(value));
      }
    });

    test("gives its permits one by one, and acquire returns the semaphore itself", async () => {
      const semaphore = make(3);
      for (const left of [2, 1, 0]) {
        assert.equal(await driver.acquire(semaphore), semaphore);
        assert.equal(semaphore.value, left);
      }
      assert.equal(await driver.acquire(semaphore, { timeout: 0 }), null);
      for (const value of [1, 2, 3]) {
        semaphore.release();
        assert.equal(semaphore.value, value);
      }
      assert.deepEqual(semaphoreWords(semaphore), free(3));
    });

    test("is given back by `using` at the end of the block, also when it throws", async () => {
      const semaphore = make(2);
      {
        using held = await driver.acquire(semaphore);
        assert.equal(held, semaphore);
        assert.equal(semaphore.value, 1);
      }
      await assert.rejects(async () => {
        using _ = await driver.acquire(semaphore);
        throw new Error("inside");
      }, /^Error: inside$/);
      assert.deepEqual(semaphoreWords(semaphore), free(2));
    });

    test("that has no permit is null, which `using` accepts", async () => {
      const semaphore = make(1);
      semaphore.acquire();
      {
        using held = await driver.acquire(semaphore, { timeout: 0 });
        assert.equal(held, null);
      }
      assert.equal(semaphore.value, 0);
    });

    test("runs a body with one permit, hands out its result, and gives it back", async () => {
      const semaphore = make(2);
      assert.equal(await driver.with(semaphore, () => semaphore.value + 41), 42);
      const error = new RangeError("inside");
      await assert.rejects(
        driver.with(semaphore, () => {
          throw error;
        }),
        (found) => found === error,
      );
      assert.deepEqual(semaphoreWords(semaphore), free(2));
    });

    test("hands out the error of a body that gave all permits back itself", async () => {
      const semaphore = make(1);
      const error = new Error("inside");
      await assert.rejects(
        driver.with(semaphore, () => {
          semaphore.release();
          throw error;
        }),
        (found) => found === error,
      );
    });

    test("refuses a body that is no function, and takes no permit", async () => {
      const semaphore = make();
      for (const [body, found] of [
        [undefined, "undefined"],
        [null, "null"],
        ["body", '"body"'],
        [{}, "an object"],
      ] as const) {
        await refusesAsync(
          () => driver.with(semaphore, body as never),
          TypeError,
          "INVALID_ARGUMENT",
          `cannot run a section with the semaphore: the body is ${found}. Give a function.`,
        );
      }
      assert.deepEqual(semaphoreWords(semaphore), free(1));
    });

    test("with timeout 0 is tried once, at once", async () => {
      const semaphore = make(1);
      const ms = await took(async () => {
        assert.equal(await driver.acquire(semaphore, { timeout: 0 }), semaphore);
        assert.equal(await driver.acquire(semaphore, { timeout: 0 }), null);
      });
      assert.ok(ms < AT_ONCE, `it took ${ms} ms`);
      assert.deepEqual(semaphoreWords(semaphore), free(0));
    });

    test("after an expired timeout is null, not early, and its words are as if nobody had come", async () => {
      const semaphore = make(0);
      for (const timeout of [1, EXPIRES, EXPIRES + 0.5]) {
        const ms = await took(async () => assert.equal(await driver.acquire(semaphore, { timeout }), null));
        assert.ok(ms >= timeout - EARLY, `it took ${ms} of ${timeout} ms`);
        assert.deepEqual(semaphoreWords(semaphore), free(0));
      }
    });

    test("gets a permit that is given back by another thread while it waits", async () => {
      for (const options of [undefined, {}, { timeout: LONG }, { timeout: Number.POSITIVE_INFINITY }]) {
        const semaphore = make(1);
        semaphore.acquire();
        const releaser = start((semaphore) => {
          whenAwaited(semaphore);
          semaphore.release();
        }, semaphore as Semaphore);
        assert.equal(await driver.acquire(semaphore, options), semaphore);
        await joinAll([releaser]);
        assert.deepEqual(semaphoreWords(semaphore), free(0));
      }
    });

    test("lets exactly n through by release(n), and one more by one more (SEMANTICS 12)", async () => {
      const semaphore = make(5);
      for (let i = 0; i < 5; i++) semaphore.acquire();
      const got = new SharedInt32();
      const threads = await lineUp(semaphore, 5, got);
      semaphore.release(3);
      await until(() => got.value === 3, "three are through");
      await until(() => threads.filter((thread) => thread.isAlive()).length === 2, "three are gone");
      assert.equal(got.value, 3);
      assert.equal(semaphore.value, 0);
      assert.equal(await driver.acquire(semaphore, { timeout: EXPIRES }), null);
      semaphore.release();
      await until(() => got.value === 4, "a fourth is through");
      semaphore.release();
      await joinAll(threads);
      assert.equal(got.value, 5);
      assert.deepEqual(semaphoreWords(semaphore), free(0));
    });

    test("keeps what release(n) gives beyond those in line", async () => {
      const semaphore = make(4);
      for (let i = 0; i < 4; i++) semaphore.acquire();
      const threads = await lineUp(semaphore, 2, new SharedInt32());
      semaphore.release(4);
      await joinAll(threads);
      assert.deepEqual(semaphoreWords(semaphore), free(2));
      assert.equal(await driver.acquire(semaphore, { timeout: 0 }), semaphore);
    });

    test("strands nobody when it is released twice in quick succession (SEMANTICS 12)", async () => {
      for (let round = 0; round < 30; round++) {
        const semaphore = make(2);
        semaphore.acquire();
        semaphore.acquire();
        const threads = await lineUp(semaphore, 1, new SharedInt32());
        const mine = driver.awaits ? driver.acquire(semaphore, { timeout: LONG }) : undefined;
        semaphore.release();
        semaphore.release();
        assert.equal(await (mine ?? driver.acquire(semaphore, { timeout: LONG })), semaphore);
        await joinAll(threads);
        assert.deepEqual(semaphoreWords(semaphore), free(0));
      }
    });

    test("gets through although other threads take every permit in a tight loop", async () => {
      const semaphore = make(2);
      const stop = new SharedBoolean();
      const greedy = startEach(
        (semaphore, stop) => {
          while (!stop.value) {
            semaphore.acquire();
            for (let end = performance.now() + 0.2; performance.now() < end; );
            semaphore.release();
          }
        },
        [1, 2, 3].map(() => [semaphore as Semaphore, stop] as const),
      );
      await until(() => semaphore.value === 0, "they are at it");
      try {
        for (let i = 0; i < 10; i++) {
          assert.equal(
            await driver.acquire(semaphore, { timeout: LONG }),
            semaphore,
            `starved in attempt ${i}`,
          );
          semaphore.release();
        }
      } finally {
        stop.value = true;
        await joinAll(greedy);
      }
      assert.deepEqual(semaphoreWords(semaphore), free(2));
    });
  });
}
