/**
 * What every lock with an owner must do besides what all locks do (lock.ts), once by blocking and once by awaiting:
 * SEMANTICS 2 and 4, and API.md 2 on async tasks.
 */
import assert from "node:assert/strict";
import { type Lockable, RuntimeError, SharedInt32, sleepAsync } from "threadkit";
import { PRISTINE_RLOCK, rlockWords } from "../harness/arena.ts";
import { AT_ONCE, EXPIRES } from "../harness/delays.ts";
import { refuses } from "../harness/refuses.ts";
import { describe, test } from "../harness/tests.ts";
import { joinAll, start } from "../harness/threads.ts";
import { took, until } from "../harness/until.ts";
import { whileHeld } from "./lock.ts";

/** How this suite takes a lock in the calling code; `run` may nest. */
export interface OwnerDriver {
  readonly name: string;
  take<L extends Lockable>(lock: L, options?: { timeout?: number }): Promise<L | null> | L | null;
  run<T>(lock: Lockable, body: () => T | Promise<T>): Promise<T>;
}

/** Plain functions: an async one around acquireAsync would keep the ownership to itself. */
export const blockingOwner: OwnerDriver = {
  name: "blocking",
  take: (lock, options) => (options === undefined ? lock.acquire() : lock.acquire(options)),
  run: async (lock, body) => lock.with(body),
};

export const awaitingOwner: OwnerDriver = {
  name: "awaiting",
  take: (lock, options) => (options === undefined ? lock.acquireAsync() : lock.acquireAsync(options)),
  run: (lock, body) => lock.withAsync(body),
};

export const NOT_HELD =
  "cannot release the lock: nobody holds the lock. Acquire it first, and release it once for each acquire.";

/** `own` leads to the RLock of what is made, for a look at its words. */
export function ownerSuite<L extends Lockable>(
  name: string,
  make: () => L,
  own: (lock: L) => object,
  driver: OwnerDriver,
): void {
  const words = (lock: L) => rlockWords(own(lock));

  describe(`${name}, ${driver.name}, has an owner`, () => {
    test("whom it lets in again, and is free after as many releases", async () => {
      const lock = make();
      for (let depth = 1; depth <= 5; depth++) {
        assert.equal(await driver.take(lock), lock);
        assert.equal(words(lock).depth, depth - 1);
      }
      for (let depth = 5; depth >= 1; depth--) {
        assert.equal(lock.locked(), true);
        lock.release();
      }
      assert.equal(lock.locked(), false);
      assert.deepEqual(words(lock), PRISTINE_RLOCK);
    });

    test("whom it lets in again with timeout 0, at once", async () => {
      const lock = make();
      await driver.take(lock);
      const ms = await took(async () => assert.equal(await driver.take(lock, { timeout: 0 }), lock));
      assert.ok(ms < AT_ONCE);
      lock.release();
      lock.release();
      assert.deepEqual(words(lock), PRISTINE_RLOCK);
    });

    test("whose nested bodies run, and an error in the innermost leaves it free", async () => {
      const lock = make();
      const inner = () => driver.run(lock, () => words(lock).depth);
      const nested = await lock.withAsync(() => driver.run(lock, inner));
      assert.equal(await nested, 2);
      const error = new Error("inside");
      await assert.rejects(
        lock.withAsync(() =>
          driver.run(lock, () => {
            throw error;
          }),
        ),
        (found) => found === error,
      );
      assert.deepEqual(words(lock), PRISTINE_RLOCK);
    });

    test("and no other thread may release it, while it is held and while it is free", async () => {
      const lock = make();
      await driver.take(lock);
      await driver.take(lock);
      const codes = new SharedInt32();
      const other = (lock: Lockable, codes: SharedInt32) => {
        try {
          lock.release();
        } catch (error) {
          const { code, message } = error as { code?: string; message: string };
          if (code !== "LOCK_NOT_OWNED") throw error;
          codes.add(/^cannot release the lock: thread 1 holds/.test(message) ? 1 : 100);
        }
      };
      const before = words(lock);
      await joinAll([start(other, lock, codes)]);
      assert.equal(codes.value, 1);
      assert.deepEqual(words(lock), before);
      lock.release();
      lock.release();
      refuses(() => lock.release(), RuntimeError, "LOCK_NOT_OWNED", NOT_HELD);
      await joinAll([start(other, lock, codes)]);
      assert.equal(codes.value, 101);
      assert.deepEqual(words(lock), PRISTINE_RLOCK);
    });

    test("and other threads wait for the last of its releases", async () => {
      const lock = make();
      const through = new SharedInt32();
      await driver.take(lock);
      await driver.take(lock);
      const waiter = start((lock, through) => lock.with(() => void through.add(1)), lock, through);
      await until(() => waiter.state === "blocked", "the waiter stands in line");
      lock.release();
      await sleepAsync(EXPIRES); // it has every chance to come through too early
      assert.equal(through.value, 0);
      assert.equal(waiter.state, "blocked");
      lock.release();
      await joinAll([waiter]);
      assert.equal(through.value, 1);
      assert.deepEqual(words(lock), PRISTINE_RLOCK);
    });

    test("and an expired acquire of another leaves its depth and owner alone (SEMANTICS 3)", async () => {
      const lock = make();
      await whileHeld(lock, async () => {
        const before = words(lock);
        assert.equal(await driver.take(lock, { timeout: EXPIRES }), null);
        assert.equal(await driver.take(lock, { timeout: 0 }), null);
        assert.deepEqual(words(lock), before);
      });
      assert.deepEqual(words(lock), PRISTINE_RLOCK);
    });
  });
}
