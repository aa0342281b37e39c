/** RLock: the suite of all locks, that of locks with an owner, and async tasks as owners. */
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { describe, test } from "../harness/tests.ts";
import "../harness/watchdog.ts";
import { Condition, type Lockable, RLock, RuntimeError, SharedInt32, sleep, sleepAsync } from "threadkit";
import { lockWords, PRISTINE_RLOCK, rlockWords } from "../harness/arena.ts";
import { captured, runScript } from "../harness/child.ts";
import { AT_ONCE, EXPIRES, LONG } from "../harness/delays.ts";
import { refuses, refusesAsync } from "../harness/refuses.ts";
import { joinAll, start } from "../harness/threads.ts";
import { took, until } from "../harness/until.ts";
import { awaiting, blocking, mutexSuite, whileHeld } from "./lock.ts";
import { awaitingOwner, blockingOwner, NOT_HELD, ownerSuite } from "./rlock.ts";

for (const driver of [blocking, awaiting]) mutexSuite("an RLock", () => new RLock(), driver);
for (const driver of [blockingOwner, awaitingOwner]) {
  ownerSuite(
    "an RLock",
    () => new RLock(),
    (lock) => lock,
    driver,
  );
  ownerSuite(
    "a Condition",
    () => new Condition(),
    ({ lock }) => lock,
    driver,
  );
}

const OTHER_TASK =
  "cannot release the lock: another async task of this thread holds the lock. Leave that to the task that acquired it.";
const TASK_HOLDS =
  "cannot acquire the lock: another async task of this thread holds it, and can't go on while the thread blocks. Await acquireAsync() or withAsync() instead.";
const THREAD_HOLDS =
  "cannot acquire the lock: this thread holds it by acquire(), so this task may be the one that it would wait for. Use acquireAsync() or withAsync() for sections that await.";

describe("an RLock taken by a thread", () => {
  test("is let in again with blocking: false, and refuses a timeout beside it also then (SEMANTICS 4)", () => {
    const lock = new RLock();
    lock.acquire();
    assert.equal(lock.acquire({ blocking: false }), lock);
    for (const timeout of [0, 1, Number.POSITIVE_INFINITY]) {
      refuses(
        () => lock.acquire({ blocking: false, timeout }),
        TypeError,
        "INVALID_OPTIONS",
        "cannot acquire the lock: blocking is false and there is a timeout too. Leave out one of the two.",
      );
    }
    lock.release();
    lock.release();
    assert.deepEqual(rlockWords(lock), PRISTINE_RLOCK);
  });

  test("stays locked when that thread ends normally, for all and for ever (SEMANTICS 2)", async () => {
    const lock = new RLock();
    await joinAll([start((lock) => void lock.acquire().acquire(), lock)]);
    assert.equal(lock.locked(), true);
    assert.equal(lock.broken, false);
    assert.equal(lock.acquire({ timeout: EXPIRES }), null);
    assert.equal(await lock.acquireAsync({ timeout: EXPIRES }), null);
    refuses(
      () => lock.release(),
      RuntimeError,
      "LOCK_NOT_OWNED",
      /^cannot release the lock: thread \d+ holds/,
    );
    // The next thread of the same worker is another owner.
    await joinAll([
      start((lock) => {
        if (lock.acquire({ blocking: false }) !== null) throw new Error("it let a stranger in");
      }, lock),
    ]);
  });

  test("refuses acquireAsync without a limit, and lets one with a limit wait", async () => {
    const lock = new RLock();
    lock.acquire();
    await refusesAsync(() => lock.acquireAsync(), RuntimeError, "WOULD_DEADLOCK", THREAD_HOLDS);
    await refusesAsync(() => lock.withAsync(() => {}), RuntimeError, "WOULD_DEADLOCK", THREAD_HOLDS);
    assert.equal(await lock.acquireAsync({ timeout: 0 }), null);
    assert.equal(await lock.acquireAsync({ timeout: EXPIRES }), null);
    assert.equal(rlockWords(lock).depth, 0);
    const pending = lock.acquireAsync({ timeout: LONG });
    lock.release();
    assert.equal(await pending, lock);
    lock.release();
    assert.deepEqual(rlockWords(lock), PRISTINE_RLOCK);
  });

  test("serves sections that are nested through several functions", () => {
    const lock = new RLock();
    const depth = (n: number): number => (n === 0 ? rlockWords(lock).depth : lock.with(() => depth(n - 1)));
    assert.equal(depth(100), 99);
    assert.deepEqual(rlockWords(lock), PRISTINE_RLOCK);
  });
});

/** Counts who is inside; a section lasts a few turns of the event loop. */
function crowd(): { most: number; section(): Promise<void> } {
  let inside = 0;
  const state = {
    most: 0,
    async section() {
      state.most = Math.max(state.most, ++inside);
      await sleepAsync(1);
      await null;
      inside--;
    },
  };
  return state;
}

const WAYS: Record<string, (lock: Lockable, section: () => Promise<void>) => Promise<void>> = {
  withAsync: (lock, section) => lock.withAsync(section),
  acquireAsync: async (lock, section) => {
    await lock.acquireAsync();
    await section();
    lock.release();
  },
  "acquireAsync and then": (lock, section) =>
    lock
      .acquireAsync()
      .then(section)
      .then(() => lock.release()),
  "acquireAsync kept for a while": async (lock, section) => {
    const pending = lock.acquireAsync();
    await sleepAsync(1);
    await pending;
    await section();
    lock.release();
  },
  using: async (lock, section) => {
    using _ = await lock.acquireAsync();
    await section();
  },
};

describe("async tasks of one thread", () => {
  for (const [way, enter] of Object.entries(WAYS)) {
    test(`are never inside together: three by ${way}`, async () => {
      const lock = new RLock();
      const state = crowd();
      await Promise.all([1, 2, 3].map(() => enter(lock, state.section)));
      assert.equal(state.most, 1);
      assert.deepEqual(rlockWords(lock), PRISTINE_RLOCK);
    });

    test(`are never inside together when their starter awaits in between: by ${way}`, async () => {
      const lock = new RLock();
      const state = crowd();
      const first = enter(lock, state.section);
      await null;
      const second = enter(lock, state.section);
      await sleepAsync(1);
      const third = enter(lock, state.section);
      await first;
      const fourth = enter(lock, state.section);
      await Promise.all([second, third, fourth]);
      assert.equal(state.most, 1);
      assert.deepEqual(rlockWords(lock), PRISTINE_RLOCK);
    });

    test(`go in again while inside, by ${way}, after timers, ticks and awaits`, async () => {
      const lock = new RLock();
      const state = crowd();
      const nested = () =>
        enter(lock, async () => {
          await state.section();
          await sleepAsync(1);
          await enter(lock, async () => assert.equal(rlockWords(lock).depth, 1));
          await new Promise((resolve) => setImmediate(resolve));
          await (async () => {
            await null;
            lock.with(() => assert.equal(rlockWords(lock).depth, 1));
          })();
          await new Promise<void>((resolve) => process.nextTick(resolve));
          await lock.withAsync(() => enter(lock, async () => assert.equal(rlockWords(lock).depth, 2)));
        });
      await Promise.all([nested(), nested(), nested()]);
      assert.equal(state.most, 1);
      assert.deepEqual(rlockWords(lock), PRISTINE_RLOCK);
    });
  }

  test("that were begun inside a section of one lock are strangers at another", async () => {
    const outer = new RLock();
    const inner = new RLock();
    const state = crowd();
    await outer.withAsync(() => Promise.all([1, 2, 3].map(() => inner.withAsync(state.section))));
    assert.equal(state.most, 1);
    // So are those that were begun by code that has left its section, in the very task.
    await outer.acquireAsync();
    outer.release();
    await Promise.all([1, 2, 3].map(() => outer.withAsync(state.section)));
    assert.equal(state.most, 1);
    assert.deepEqual(rlockWords(outer), PRISTINE_RLOCK);
    assert.deepEqual(rlockWords(inner), PRISTINE_RLOCK);
  });

  test("that hold two locks release them in any order", async () => {
    const [a, b] = [new RLock(), new RLock()];
    const task = async () => {
      await a.acquireAsync();
      await b.acquireAsync();
      await a.acquireAsync();
      a.release();
      a.release();
      await sleepAsync(1);
      b.release();
    };
    await Promise.all([task(), task(), task()]);
    assert.deepEqual(rlockWords(a), PRISTINE_RLOCK);
    assert.deepEqual(rlockWords(b), PRISTINE_RLOCK);
  });

  test("can't release what a sibling holds; who belongs to none can", async () => {
    const [lock, other] = [new RLock(), new RLock()];
    let done = () => {};
    const holder = lock.withAsync(() => new Promise<void>((resolve) => (done = resolve)));
    await other.withAsync(async () => {
      assert.notEqual(rlockWords(lock).task, 0);
      refuses(() => lock.release(), RuntimeError, "LOCK_NOT_OWNED", OTHER_TASK);
    });
    done();
    await holder;
    // An async helper keeps the task to itself. What it took can be given back.
    const helper = async () => lock.acquireAsync();
    await helper();
    lock.release();
    assert.deepEqual(rlockWords(lock), PRISTINE_RLOCK);
  });

  test("make a blocking acquire of the same thread fail, as it would wait for ever", async () => {
    const lock = new RLock();
    let done = () => {};
    const holder = lock.withAsync(() => new Promise<void>((resolve) => (done = resolve)));
    await until(() => lock.locked(), "the task is inside");
    refuses(() => lock.acquire(), RuntimeError, "WOULD_DEADLOCK", TASK_HOLDS);
    refuses(() => lock.with(() => {}), RuntimeError, "WOULD_DEADLOCK", TASK_HOLDS);
    assert.equal(lock.acquire({ blocking: false }), null);
    const ms = await took(() => assert.equal(lock.acquire({ timeout: EXPIRES }), null));
    assert.ok(ms < AT_ONCE);
    done();
    await holder;
    assert.deepEqual(rlockWords(lock), PRISTINE_RLOCK);
  });

  test("and threads are never inside together", async () => {
    const lock = new RLock();
    const inside = new SharedInt32();
    const overlaps = new SharedInt32();
    const rounds = 30;
    const thread = start(
      (lock, inside, overlaps, rounds) => {
        for (let i = 0; i < rounds; i++) {
          lock.with(() => {
            if (inside.add(1) !== 0) overlaps.add(1);
            lock.with(() => sleep(0.2));
            inside.sub(1);
          });
        }
      },
      lock,
      inside,
      overlaps,
      rounds,
    );
    const task = async () => {
      for (let i = 0; i < rounds; i++) {
        await lock.withAsync(async () => {
          if (inside.add(1) !== 0) overlaps.add(1);
          await lock.withAsync(() => null);
          inside.sub(1);
        });
      }
    };
    await Promise.all([task(), task(), joinAll([thread])]);
    assert.equal(overlaps.value, 0);
    assert.deepEqual(rlockWords(lock), PRISTINE_RLOCK);
  });
});

describe("an acquireAsync of an RLock that fails", () => {
  test("by its timeout or signal leaves no trace, and no task", async () => {
    const lock = new RLock();
    await whileHeld(lock, async () => {
      const before = rlockWords(lock);
      const controller = new AbortController();
      const pending = lock.acquireAsync({ signal: controller.signal });
      await until(() => lockWords(lock).head !== 0, "it stands in line");
      const reason = { why: "during" };
      controller.abort(reason);
      await assert.rejects(pending, (error) => error === reason);
      assert.equal(await lock.acquireAsync({ timeout: 1 }), null);
      await assert.rejects(lock.acquireAsync({ signal: AbortSignal.abort(reason) }), (e) => e === reason);
      assert.deepEqual(rlockWords(lock), before);
    });
    assert.deepEqual(rlockWords(lock), PRISTINE_RLOCK);
  });

  test("stops following promises and holding the process", async () => {
    const script = `
      import { RLock, Thread, sleep } from "threadkit";
      const lock = new RLock();
      const followed = () => Object.getOwnPropertySymbols(Promise.resolve()).length > 0;
      const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
      const seen = [followed()];
      const t = new Thread({ target: () => { lock.acquire(); sleep(300); lock.release(); } }).start();
      while (!lock.locked()) sleep(1);
      const pending = lock.acquireAsync({ timeout: 5 });
      seen.push(followed());
      seen.push(await pending === null);
      await turn();
      seen.push(followed());
      const aborted = AbortSignal.timeout(5);
      await lock.acquireAsync({ signal: aborted }).catch((error) => seen.push(error.name));
      await turn();
      seen.push(followed());
      await lock.withAsync(() => seen.push(followed()));
      await turn();
      seen.push(followed());
      t.join();
      console.log(JSON.stringify(seen));
    `;
    const result = await runScript(script);
    assert.equal(result.code, 0, captured(result));
    assert.equal(
      result.stdout.trim(),
      JSON.stringify([false, true, true, false, "TimeoutError", false, true, false]),
      captured(result),
    );
  });
});

describe("where the runtime can't tell tasks apart", () => {
  test("a nested or second section is refused instead of a deadlock or two inside", async () => {
    const script = `
      import hooks from "node:async_hooks";
      import { syncBuiltinESMExports } from "node:module";
      hooks.createHook = () => ({ enable() {}, disable() {} });
      syncBuiltinESMExports();
      const { RLock } = await import("threadkit");
      const lock = new RLock();
      const codes = [];
      const note = (error) => codes.push(error.code);
      await lock.withAsync(async () => {
        await lock.withAsync(() => codes.push("nested")).catch(note);
        await lock.acquireAsync({ timeout: 5 }).catch(note);
        try { lock.acquire(); } catch (error) { note(error); }
        codes.push(lock.acquire({ blocking: false }));
      });
      codes.push(lock.locked());
      await lock.acquireAsync();
      lock.release();
      codes.push(lock.locked());
      console.log(JSON.stringify(codes));
    `;
    const result = await runScript(script);
    assert.equal(result.code, 0, captured(result));
    assert.equal(
      result.stdout.trim(),
      JSON.stringify(["TASK_UNKNOWN", "TASK_UNKNOWN", "TASK_UNKNOWN", null, false, false]),
      captured(result),
    );
  });
});

describe("an RLock prints", () => {
  test("who holds it, how deep, and how many wait", async () => {
    const lock = new RLock();
    assert.equal(inspect(lock), "RLock { free }");
    lock.acquire();
    lock.acquire();
    assert.equal(inspect(lock), "RLock { held by thread 1, depth 2 }");
    const waiter = start((lock) => lock.with(() => {}), lock);
    await until(() => waiter.state === "blocked", "the waiter stands in line");
    assert.equal(inspect(lock), "RLock { held by thread 1, depth 2, 1 waiting }");
    lock.release();
    lock.release();
    await joinAll([waiter]);
    await lock.withAsync(() => assert.equal(inspect(lock), "RLock { held by a task of thread 1, depth 1 }"));
    refuses(() => lock.release(), RuntimeError, "LOCK_NOT_OWNED", NOT_HELD);
  });
});
