/**
 * What every mutual-exclusion lock must do, as a suite that runs once for each driver: by blocking, by awaiting.
 * Rules of API.md 0 and SEMANTICS.md 1, 3, 4, 5 are named where they are tested.
 */
import assert from "node:assert/strict";
import { type Lockable, SharedBoolean, SharedInt32, sleep, type Thread } from "threadkit";
import { lockWords, PRISTINE } from "../harness/arena.ts";
import { AT_ONCE, EARLY, EXPIRES, LONG, SECTION } from "../harness/delays.ts";
import { refusesAsync } from "../harness/refuses.ts";
import { describe, test } from "../harness/tests.ts";
import { joinAll, start, startEach } from "../harness/threads.ts";
import { took, until } from "../harness/until.ts";

/** How a suite takes a lock in the thread that runs the test. */
export interface Driver {
  readonly name: string;
  /** How the calls of this driver are named in refusals. */
  readonly awaits: boolean;
  acquire<L extends Lockable>(lock: L, options?: { timeout?: number }): Promise<L | null>;
  with<T>(lock: Lockable, body: () => T): Promise<T>;
}

export const blocking: Driver = {
  name: "blocking",
  awaits: false,
  async acquire(lock, options) {
    return options === undefined ? lock.acquire() : lock.acquire(options);
  },
  async with(lock, body) {
    return lock.with(body);
  },
};

export const awaiting: Driver = {
  name: "awaiting",
  awaits: true,
  async acquire(lock, options) {
    return options === undefined ? lock.acquireAsync() : lock.acquireAsync(options);
  },
  async with(lock, body) {
    return lock.withAsync(body);
  },
};

/** Runs `body` while another thread holds the lock; `let go` makes it release. */
export async function whileHeld(
  lock: Lockable,
  body: (letGo: () => void, holder: Thread) => unknown,
): Promise<void> {
  const held = new SharedBoolean();
  const go = new SharedBoolean();
  const holder = start(
    (lock, held, go) => {
      lock.acquire();
      held.value = true;
      while (!go.value) sleep(1);
      lock.release();
    },
    lock,
    held,
    go,
  );
  await until(() => held.value, "the other thread holds the lock");
  try {
    await body(() => {
      go.value = true;
    }, holder);
  } finally {
    go.value = true;
    await joinAll([holder]);
  }
}

export function mutexSuite<L extends Lockable>(name: string, make: () => L, driver: Driver): void {
  describe(`${name}, ${driver.name}`, () => {
    test("is free when it is made", () => {
      const lock = make();
      assert.equal(lock.locked(), false);
      assert.deepEqual(lockWords(lock), PRISTINE);
    });

    test("is held from acquire to release, and acquire returns the lock itself", async () => {
      const lock = make();
      assert.equal(await driver.acquire(lock), lock);
      assert.equal(lock.locked(), true);
      lock.release();
      assert.equal(lock.locked(), false);
      assert.deepEqual(lockWords(lock), PRISTINE);
    });

    test("is released by `using` at the end of the block", async () => {
      const lock = make();
      {
        using guard = await driver.acquire(lock);
        assert.equal(guard, lock);
        assert.equal(lock.locked(), true);
      }
      assert.equal(lock.locked(), false);
    });

    test("is released by `using` when the block throws", async () => {
      const lock = make();
      await assert.rejects(async () => {
        using _ = await driver.acquire(lock);
        throw new Error("inside");
      }, /^Error: inside$/);
      assert.equal(lock.locked(), false);
    });

    test("that could not be taken is null, which `using` accepts", async () => {
      const lock = make();
      await whileHeld(lock, async () => {
        {
          using guard = await driver.acquire(lock, { timeout: 0 });
          assert.equal(guard, null);
        }
        assert.equal(lock.locked(), true);
      });
    });

    test("runs a body with the lock held, hands out its result, and releases", async () => {
      const lock = make();
      assert.equal(await driver.with(lock, () => (lock.locked() ? 42 : 0)), 42);
      assert.equal(lock.locked(), false);
    });

    test("is released when the body throws, and the error comes out as it is", async () => {
      const lock = make();
      const error = new RangeError("inside");
      await assert.rejects(
        driver.with(lock, () => {
          throw error;
        }),
        (found) => found === error,
      );
      assert.equal(lock.locked(), false);
      assert.deepEqual(lockWords(lock), PRISTINE);
    });

    test("refuses a body that is no function, and does not take the lock", async () => {
      const lock = make();
      for (const [body, found] of [
        [undefined, "undefined"],
        [null, "null"],
        ["body", '"body"'],
        [{}, "an object"],
      ] as const) {
        await refusesAsync(
          () => driver.with(lock, body as never),
          TypeError,
          "INVALID_ARGUMENT",
          `cannot run a section under the lock: the body is ${found}. Give a function.`,
        );
      }
      assert.deepEqual(lockWords(lock), PRISTINE);
    });

    test("with timeout 0 is tried once, at once: taken if free, null if held", async () => {
      const lock = make();
      assert.equal(await driver.acquire(lock, { timeout: 0 }), lock);
      lock.release();
      await whileHeld(lock, async () => {
        const before = lockWords(lock);
        const ms = await took(async () => assert.equal(await driver.acquire(lock, { timeout: 0 }), null));
        assert.ok(ms < AT_ONCE, `it took ${ms} ms`);
        assert.deepEqual(lockWords(lock), before, "no trace");
      });
      assert.deepEqual(lockWords(lock), PRISTINE);
    });

    test("with timeout Infinity, undefined and none waits until it is free", async () => {
      for (const options of [{ timeout: Number.POSITIVE_INFINITY }, { timeout: undefined }, {}, undefined]) {
        const lock = make();
        await whileHeld(lock, async (letGo) => {
          if (!driver.awaits) letGo();
          const pending = driver.acquire(lock, options);
          letGo();
          assert.equal(await pending, lock);
          lock.release();
        });
        assert.deepEqual(lockWords(lock), PRISTINE);
      }
    });

    test("after an expired timeout is null, not early, and its words are as if nobody had come (SEMANTICS 3)", async () => {
      const lock = make();
      await whileHeld(lock, async () => {
        const before = lockWords(lock);
        for (const timeout of [1, EXPIRES, EXPIRES + 0.5]) {
          const ms = await took(async () => assert.equal(await driver.acquire(lock, { timeout }), null));
          assert.ok(ms >= timeout - EARLY, `it took ${ms} of ${timeout} ms`);
          assert.deepEqual(lockWords(lock), before, "no trace");
        }
      });
      assert.equal(lock.locked(), false);
      assert.deepEqual(lockWords(lock), PRISTINE);
    });

    test("within its timeout is taken when it becomes free", async () => {
      const lock = make();
      await whileHeld(lock, async (letGo) => {
        if (!driver.awaits) letGo();
        const pending = driver.acquire(lock, { timeout: LONG });
        letGo();
        assert.equal(await pending, lock);
        lock.release();
      });
      assert.deepEqual(lockWords(lock), PRISTINE);
    });

    test("refuses timeouts below zero, NaN and too long ones before anything changes", async () => {
      const lock = make();
      for (const timeout of [-1, -0.5, Number.NaN, Number.NEGATIVE_INFINITY, 2 ** 31]) {
        await refusesAsync(
          () => driver.acquire(lock, { timeout }),
          RangeError,
          "INVALID_TIMEOUT",
          `cannot acquire the lock: timeout is ${timeout}. Give milliseconds from 0 to 2147483647 (TIMEOUT_MAX), or leave it out to wait for ever.`,
        );
      }
      assert.deepEqual(lockWords(lock), PRISTINE, "a refused acquire took the lock");
    });

    test("refuses timeouts that are no numbers before anything changes", async () => {
      const lock = make();
      for (const [timeout, found] of [
        ["10", '"10"'],
        [null, "null"],
        [10n, "10n"],
        [{}, "an object"],
      ] as const) {
        await refusesAsync(
          () => driver.acquire(lock, { timeout: timeout as never }),
          TypeError,
          "INVALID_TIMEOUT",
          `cannot acquire the lock: timeout is ${found}. Give a number of milliseconds, or leave it out to wait for ever.`,
        );
      }
      assert.deepEqual(lockWords(lock), PRISTINE, "a refused acquire took the lock");
    });

    test("lets N waiters through, one for each release, one at a time (SEMANTICS 5)", async () => {
      const lock = make();
      const inside = new SharedInt32();
      const through = new SharedInt32();
      const most = new SharedInt32();
      const waiters = 5;
      const threads = await holdThenLine(lock, () =>
        startEach(
          (lock, inside, through, most, section) => {
            lock.acquire();
            const now = inside.add(1) + 1;
            if (now > most.value) most.value = now;
            sleep(section);
            inside.sub(1);
            through.add(1);
            lock.release();
          },
          Array.from({ length: waiters }, () => [lock, inside, through, most, SECTION] as const),
        ),
      );
      assert.equal(through.value, 0, "nobody gets in while it is held");
      lock.release();
      await joinAll(threads);
      assert.equal(through.value, waiters);
      assert.equal(most.value, 1);
      assert.deepEqual(lockWords(lock), PRISTINE);
    });

    /** Takes the lock, starts threads, and waits until all stand in line. */
    async function holdThenLine(lock: L, startThem: () => Thread[]): Promise<Thread[]> {
      assert.equal(await driver.acquire(lock), lock);
      const threads = startThem();
      await until(() => threads.every((thread) => thread.state === "blocked"), "all threads stand in line");
      return threads;
    }
  });
}
