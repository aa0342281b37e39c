/** Lock: the suite of all locks, and what only a Lock does. */
import assert from "node:assert/strict";
import { describe, test } from "../harness/tests.ts";
import "../harness/watchdog.ts";
import { inspect } from "node:util";
import {
  BrokenLockError,
  getIdent,
  Lock,
  RuntimeError,
  SharedBoolean,
  SharedInt32,
  sleep,
  sleepAsync,
  Thread,
} from "threadkit";
import { STARVING_AFTER } from "../../src/sync/mutex.ts";
import { inLine, lockWords, PRISTINE } from "../harness/arena.ts";
import { AT_ONCE, EXPIRES, FAIR, LONG, SECTION } from "../harness/delays.ts";
import { refuses, refusesAsync } from "../harness/refuses.ts";
import { joinAll, start, startEach } from "../harness/threads.ts";
import { took, until } from "../harness/until.ts";
import { awaiting, blocking, mutexSuite, whileHeld } from "./lock.ts";

mutexSuite("a Lock", () => new Lock(), blocking);
mutexSuite("a Lock", () => new Lock(), awaiting);

const NOT_HELD =
  "cannot release the lock: it is not held. Release it once for each acquire; `using` or with() do so by themselves.";

describe("a Lock has no owner (SEMANTICS 1)", () => {
  test("its holder can't take it a second time", async () => {
    const lock = new Lock();
    lock.acquire();
    assert.equal(lock.acquire({ timeout: EXPIRES }), null);
    assert.equal(lock.acquire({ blocking: false }), null);
    assert.equal(await lock.acquireAsync({ timeout: EXPIRES }), null);
    lock.release();
    assert.deepEqual(lockWords(lock), PRISTINE);
  });

  test("a thread releases what main holds", async () => {
    const lock = new Lock();
    lock.acquire();
    await joinAll([start((lock) => lock.release(), lock)]);
    assert.equal(lock.locked(), false);
    assert.deepEqual(lockWords(lock), PRISTINE);
  });

  test("main releases what a thread took, after that thread ended", async () => {
    const lock = new Lock();
    await joinAll([start((lock) => void lock.acquire(), lock)]);
    assert.equal(lock.locked(), true, "a thread that ends normally leaves it held");
    assert.equal(lock.broken, false);
    lock.release();
    assert.deepEqual(lockWords(lock), PRISTINE);
  });

  test("a release by another thread wakes a waiter as the holder's does", async () => {
    const lock = new Lock();
    lock.acquire();
    const waiter = start((lock) => lock.with(() => {}), lock);
    await until(() => waiter.state === "blocked", "the waiter stands in line");
    const releaser = start((lock) => lock.release(), lock);
    await joinAll([releaser, waiter]);
    assert.deepEqual(lockWords(lock), PRISTINE);
  });

  test("releasing a free one is an error, and it stays free", () => {
    const lock = new Lock();
    refuses(() => lock.release(), RuntimeError, "LOCK_NOT_HELD", NOT_HELD);
    lock.acquire();
    lock.release();
    refuses(() => lock.release(), RuntimeError, "LOCK_NOT_HELD", NOT_HELD);
    refuses(() => lock[Symbol.dispose](), RuntimeError, "LOCK_NOT_HELD", NOT_HELD);
    assert.deepEqual(lockWords(lock), PRISTINE);
  });

  test("a body that released the lock itself is told so by with() and withAsync()", async () => {
    const lock = new Lock();
    refuses(() => lock.with(() => lock.release()), RuntimeError, "LOCK_NOT_HELD", NOT_HELD);
    await refusesAsync(() => lock.withAsync(() => lock.release()), RuntimeError, "LOCK_NOT_HELD", NOT_HELD);
    assert.deepEqual(lockWords(lock), PRISTINE);
  });
});

describe("a Lock that must not block (SEMANTICS 4)", () => {
  test("is tried once by blocking: false", async () => {
    const lock = new Lock();
    assert.equal(lock.acquire({ blocking: false }), lock);
    const ms = await took(() => assert.equal(lock.acquire({ blocking: false }), null));
    assert.ok(ms < AT_ONCE);
    lock.release();
    assert.deepEqual(lockWords(lock), PRISTINE);
  });

  test("refuses any timeout beside blocking: false, be it 0 or Infinity", () => {
    const lock = new Lock();
    for (const timeout of [0, 1, 1000, Number.POSITIVE_INFINITY]) {
      refuses(
        () => lock.acquire({ blocking: false, timeout }),
        TypeError,
        "INVALID_OPTIONS",
        "cannot acquire the lock: blocking is false and there is a timeout too. Leave out one of the two.",
      );
    }
    assert.deepEqual(lockWords(lock), PRISTINE);
  });

  test("waits as usual with blocking: true, with and without a timeout", () => {
    const lock = new Lock();
    assert.equal(lock.acquire({ blocking: true }), lock);
    assert.equal(lock.acquire({ blocking: true, timeout: EXPIRES }), null);
    lock.release();
    assert.equal(lock.acquire({ blocking: true, timeout: 0 }), lock);
    lock.release();
  });
});

describe("an aborted acquireAsync (API rule 3)", () => {
  test("that was aborted before rejects with the reason, even though the lock is free, and leaves no trace", async () => {
    const lock = new Lock();
    const reason = { why: "before" };
    await assert.rejects(
      lock.acquireAsync({ signal: AbortSignal.abort(reason) }),
      (error) => error === reason,
    );
    assert.deepEqual(lockWords(lock), PRISTINE);
  });

  test("that is aborted in line rejects with the reason and leaves no trace", async () => {
    const lock = new Lock();
    lock.acquire();
    const before = lockWords(lock);
    const controller = new AbortController();
    const pending = lock.acquireAsync({ signal: controller.signal, timeout: LONG });
    await until(() => lockWords(lock).head !== 0, "it stands in line");
    const reason = { why: "during" };
    controller.abort(reason);
    await assert.rejects(pending, (error) => error === reason);
    assert.deepEqual(lockWords(lock), before);
    lock.release();
    assert.deepEqual(lockWords(lock), PRISTINE);
  });

  test("leaves the others in line as they were, whichever of them it is", async () => {
    for (const which of [0, 1, 2]) {
      const lock = new Lock();
      lock.acquire();
      const controller = new AbortController();
      const order: number[] = [];
      const pending = [0, 1, 2].map(async (i) => {
        await lock.acquireAsync(i === which ? { signal: controller.signal } : {});
        order.push(i);
        lock.release();
      });
      controller.abort();
      await assert.rejects(pending[which], { name: "AbortError" });
      lock.release();
      await Promise.all(pending.filter((_, i) => i !== which));
      assert.deepEqual(
        order,
        [0, 1, 2].filter((i) => i !== which),
      );
      assert.deepEqual(lockWords(lock), PRISTINE);
    }
  });

  test("passes on the wake-up that it had been given already", async () => {
    // Release wakes the first, whose promise has not run yet; then it is aborted. The second must get through.
    for (let round = 0; round < 50; round++) {
      const lock = new Lock();
      lock.acquire();
      const controller = new AbortController();
      const first = lock.acquireAsync({ signal: controller.signal }).then(
        () => {
          lock.release();
          return "taken";
        },
        () => "aborted",
      );
      const second = lock.acquireAsync({ timeout: LONG }).then((got) => {
        got?.release();
        return got;
      });
      lock.release();
      controller.abort();
      assert.ok(["taken", "aborted"].includes(await first));
      assert.equal(await second, lock);
      assert.deepEqual(lockWords(lock), PRISTINE);
    }
  });

  test("may be aborted after it was taken: nothing happens", async () => {
    const lock = new Lock();
    const controller = new AbortController();
    assert.equal(await lock.acquireAsync({ signal: controller.signal }), lock);
    controller.abort();
    assert.equal(lock.locked(), true);
    lock.release();
  });

  test("does not pile up listeners on a signal that serves many waits", async () => {
    const lock = new Lock();
    const { signal } = new AbortController();
    let listeners = 0;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = function (this: AbortSignal, ...args: never) {
      listeners++;
      return Reflect.apply(addEventListener, this, args);
    } as typeof addEventListener;
    signal.removeEventListener = function (this: AbortSignal, ...args: never) {
      listeners--;
      return Reflect.apply(removeEventListener, this, args);
    } as typeof removeEventListener;
    for (let i = 0; i < 20; i++) {
      lock.acquire();
      const pending = lock.acquireAsync({ signal });
      lock.release();
      (await pending)?.release();
    }
    assert.ok(listeners <= 0, `${listeners} listeners were left`);
  });

  test("refuses a signal that is none, before it takes the lock", async () => {
    const lock = new Lock();
    await refusesAsync(
      () => lock.acquireAsync({ signal: {} as never }),
      TypeError,
      "INVALID_SIGNAL",
      "cannot acquire the lock: signal is an object. Give an AbortSignal.",
    );
    assert.deepEqual(lockWords(lock), PRISTINE);
  });
});

describe("the line at a Lock (SEMANTICS 5)", () => {
  test("is one for blocking and awaiting waiters, oldest first", async () => {
    const lock = new Lock();
    lock.acquire();
    const order = new SharedInt32();
    const places: Record<string, number> = {};
    const block = async () => {
      const place = new SharedInt32();
      const waiter = start(
        (lock, order, place) => {
          lock.acquire();
          place.value = order.add(1) + 1;
          lock.release();
        },
        lock,
        order,
        place,
      );
      await until(() => waiter.state === "blocked", "it stands in line");
      return { waiter, place };
    };
    const wait = async (name: string) => {
      await lock.acquireAsync();
      // b was woken with a, as a's event loop might have been busy: it was first, or comes back to its place.
      if (name === "a") await until(() => order.value > 0 || inLine(lock) === 3, "b is through or in line");
      places[name] = order.add(1) + 1;
      lock.release();
    };
    const a = wait("a");
    const b = await block();
    const c = wait("c");
    const d = await block();
    lock.release();
    await Promise.all([a, c]);
    await joinAll([b.waiter, d.waiter]);
    assert.equal(order.value, 4, "all get through");
    assert.ok(b.place.value < d.place.value, "the blocking ones in order");
    assert.ok(places.a < places.c, "the awaiting ones in order");
    assert.deepEqual(lockWords(lock), PRISTINE);
  });

  test("lets awaiting waiters through while every other thread blocks", async () => {
    const lock = new Lock();
    const rounds = 50;
    const threads = startEach(
      (lock, rounds) => {
        for (let i = 0; i < rounds; i++) lock.with(() => {});
      },
      [1, 2, 3].map(() => [lock, rounds] as const),
    );
    for (let i = 0; i < rounds; i++) await lock.withAsync(() => {});
    await joinAll(threads);
    assert.deepEqual(lockWords(lock), PRISTINE);
  });

  test("serves promises of one event loop in the order of their calls", async () => {
    const lock = new Lock();
    const order: number[] = [];
    lock.acquire();
    const all = Array.from({ length: 10 }, (_, i) => lock.withAsync(() => void order.push(i)));
    lock.release();
    await Promise.all(all);
    assert.deepEqual(order, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert.deepEqual(lockWords(lock), PRISTINE);
  });

  test("holds a withAsync section until its promise settles", async () => {
    const lock = new Lock();
    let inside = 0;
    const section = async () => {
      assert.equal(++inside, 1);
      await sleepAsync(1);
      inside--;
      return "done";
    };
    assert.deepEqual(
      await Promise.all([1, 2, 3, 4].map(() => lock.withAsync(section))),
      Array(4).fill("done"),
    );
    await assert.rejects(
      lock.withAsync(async () => {
        await sleepAsync(1);
        throw new Error("late");
      }),
      /^Error: late$/,
    );
    assert.deepEqual(lockWords(lock), PRISTINE);
  });

  for (const [kind, awaits] of [
    ["blocking", false],
    ["awaiting", true],
  ] as const) {
    test(`lets a ${kind} waiter through although another thread re-acquires in a tight loop`, async () => {
      assert.ok(STARVING_AFTER > 0 && STARVING_AFTER < FAIR / 10);
      const lock = new Lock();
      const stop = new SharedBoolean();
      const turns = new SharedInt32();
      // It holds the lock nearly always: each section is long, the gap between two is a few instructions.
      const greedy = start(
        (lock, stop, turns) => {
          while (!stop.value) {
            lock.acquire();
            for (let end = performance.now() + 0.2; performance.now() < end; );
            turns.add(1);
            lock.release();
          }
        },
        lock,
        stop,
        turns,
      );
      await until(() => turns.value > 10, "the greedy thread is at it");
      try {
        for (let i = 0; i < 10; i++) {
          const ms = await took(async () => {
            const got = awaits ? await lock.acquireAsync({ timeout: FAIR }) : lock.acquire({ timeout: FAIR });
            assert.equal(got, lock, `starved for ${FAIR} ms, in attempt ${i}`);
          });
          assert.ok(ms < FAIR);
          lock.release();
        }
      } finally {
        stop.value = true;
        await joinAll([greedy]);
      }
      assert.deepEqual(lockWords(lock), PRISTINE);
    });
  }

  test("lets many waiters through although another thread re-acquires in a tight loop", async () => {
    const lock = new Lock();
    const stop = new SharedBoolean();
    const greedy = start(
      (lock, stop) => {
        while (!stop.value)
          lock.with(() => {
            for (let end = performance.now() + 0.1; performance.now() < end; );
          });
      },
      lock,
      stop,
    );
    const waiters = startEach(
      (lock, timeout) => {
        for (let i = 0; i < 5; i++) {
          if (lock.acquire({ timeout }) === null) throw new Error(`starved in attempt ${i}`);
          lock.release();
        }
      },
      [1, 2, 3, 4].map(() => [lock, FAIR] as const),
    );
    await joinAll(waiters);
    stop.value = true;
    await joinAll([greedy]);
    assert.deepEqual(lockWords(lock), PRISTINE);
  });
});

describe("a Lock in another thread", () => {
  test("is the same lock, by argument and by capture, and has the same powers", async () => {
    const lock = new Lock();
    const seen = new SharedInt32();
    const byArgument = start(
      (lock, seen) => {
        if (lock.locked() && lock instanceof Lock && lock.acquire({ blocking: false }) === null) seen.add(1);
      },
      lock,
      seen,
    );
    const byCapture = new Thread({
      target: () => {
        if (lock.locked() && lock instanceof Lock && lock.acquire({ blocking: false }) === null) seen.add(1);
      },
    });
    lock.acquire();
    byCapture.start();
    await joinAll([byArgument, byCapture as Thread]);
    // The first may have looked before the lock was taken.
    assert.ok(seen.value >= 1);
    lock.release();
    assert.deepEqual(lockWords(lock), PRISTINE);
  });

  test("can be awaited by an async target", async () => {
    const lock = new Lock();
    const count = new SharedInt32();
    const threads = startEach(
      async (lock, count) => {
        for (let i = 0; i < 100; i++) {
          await lock.withAsync(async () => {
            const before = count.value;
            await Promise.resolve();
            count.value = before + 1;
          });
        }
      },
      [1, 2, 3].map(() => [lock, count] as const),
    );
    await joinAll(threads);
    assert.equal(count.value, 300);
    assert.deepEqual(lockWords(lock), PRISTINE);
  });

  test("keeps an update by read and write exact (the example of the README)", () => {
    const counter = new SharedInt32(0);
    const lock = new Lock();
    function increment() {
      for (let i = 0; i < 20_000; i++) {
        using _ = lock.acquire();
        counter.value += 1;
      }
    }
    const threads = Array.from({ length: 5 }, () => new Thread({ target: increment }));
    for (const t of threads) t.start();
    for (const t of threads) t.join();
    assert.equal(counter.value, 100_000);
    assert.deepEqual(lockWords(lock), PRISTINE);
  });
});

describe("a Lock whose holder was killed (API rule 6)", () => {
  test("is broken: every way in and out says so until recover()", async () => {
    const lock = new Lock();
    const holder = start((lock) => {
      lock.acquire();
      for (;;) sleep(1000);
    }, lock);
    await until(() => lock.locked(), "the thread holds the lock");
    assert.equal(holder.terminate(), true);
    await until(() => lock.broken, "the lock is found broken");
    assert.equal(await holder.joinAsync({ timeout: LONG }), true);
    const cannot = (verb: string) =>
      `cannot ${verb} the lock: the thread that held it died. Check the data that it guards, then call recover().`;
    assert.equal(lock.locked(), true);
    for (const call of [
      () => lock.acquire(),
      () => lock.acquire({ timeout: 0 }),
      () => lock.acquire({ timeout: EXPIRES }),
      () => lock.acquire({ blocking: false }),
      () => lock.with(() => {}),
    ]) {
      refuses(call, BrokenLockError, "LOCK_BROKEN", cannot("acquire"));
    }
    for (const call of [
      () => lock.acquireAsync(),
      () => lock.acquireAsync({ timeout: 0 }),
      () => lock.withAsync(() => {}),
    ]) {
      await refusesAsync(call, BrokenLockError, "LOCK_BROKEN", cannot("acquire"));
    }
    refuses(() => lock.release(), BrokenLockError, "LOCK_BROKEN", cannot("release"));
    assert.equal(lock.recover(), true);
    assert.equal(lock.recover(), false);
    assert.equal(lock.broken, false);
    assert.deepEqual(lockWords(lock), PRISTINE);
    lock.with(() => {});
  });

  test("recover() of a lock that is whole does nothing", () => {
    const lock = new Lock();
    assert.equal(lock.recover(), false);
    lock.acquire();
    assert.equal(lock.recover(), false);
    assert.equal(lock.locked(), true);
    lock.release();
  });

  test("can be recovered by any thread, once", async () => {
    const lock = new Lock();
    const holder = start((lock) => {
      lock.acquire();
      for (;;) sleep(1000);
    }, lock);
    await until(() => lock.locked(), "the thread holds the lock");
    holder.terminate();
    await until(() => lock.broken, "the lock is found broken");
    const recovered = new SharedInt32();
    await joinAll(
      startEach(
        (lock, recovered) => {
          if (lock.recover()) recovered.add(1);
        },
        [1, 2, 3].map(() => [lock, recovered] as const),
      ),
    );
    assert.equal(recovered.value, 1);
    assert.deepEqual(lockWords(lock), PRISTINE);
  });
});

test("a lock says who holds it and how many wait when it is printed", async () => {
  const lock = new Lock();
  assert.equal(inspect(lock), "Lock { free }");
  lock.acquire();
  assert.equal(inspect(lock), `Lock { held by thread ${getIdent()} }`);
  const thread = start((lock) => lock.with(() => {}), lock);
  await until(() => inLine(lock) === 1, "it waits");
  assert.equal(inspect(lock), `Lock { held by thread ${getIdent()}, 1 waiting }`);
  lock.release();
  await joinAll([thread]);
  assert.equal(inspect(lock), "Lock { free }");
});

test("whileHeld lets its holder go even when the body fails", async () => {
  const lock = new Lock();
  await assert.rejects(
    whileHeld(lock, () => {
      throw new Error("body");
    }),
    /^Error: body$/,
  );
  assert.equal(lock.locked(), false);
  assert.ok(SECTION > 0);
});
