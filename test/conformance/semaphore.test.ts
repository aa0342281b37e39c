/** Semaphore and BoundedSemaphore: the suite for both classes and drivers, and what is not about the driver. */
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { describe, test } from "../harness/tests.ts";
import "../harness/watchdog.ts";
import { BoundedSemaphore, Semaphore, SharedInt32, sleepAsync, Thread } from "threadkit";
import { EXPIRES, LONG } from "../harness/delays.ts";
import { refuses } from "../harness/refuses.ts";
import { joinAll, start, startEach } from "../harness/threads.ts";
import { until } from "../harness/until.ts";
import { semaphoreWords } from "../harness/words.ts";
import { awaiting, blocking, free, lineUp, semaphoreSuite } from "./semaphore.ts";

for (const driver of [blocking, awaiting]) {
  semaphoreSuite("Semaphore", (value) => new Semaphore(value), driver);
  semaphoreSuite("BoundedSemaphore", (value) => new BoundedSemaphore(value), driver);
}

const MOST = 2 ** 30 - 1;
const above = (would: number, initial: number) =>
  `cannot release the semaphore: its value would be ${would}, above its initial ${initial}. Release it once for each acquire; \`using\` or with() do so by themselves.`;

describe("the value of a Semaphore", () => {
  test("may exceed the initial one (SEMANTICS 12)", () => {
    const semaphore = new Semaphore(0);
    semaphore.release();
    semaphore.release(5);
    assert.equal(semaphore.value, 6);
    assert.deepEqual(semaphoreWords(semaphore), free(6));
  });

  test("is refused above what the word can hold, and stays", () => {
    const semaphore = new Semaphore(MOST - 1);
    refuses(
      () => semaphore.release(2),
      RangeError,
      "SEMAPHORE_OVERFLOW",
      `cannot release the semaphore: its value would be ${MOST + 1}, and ${MOST} is the most. Release it once for each acquire.`,
    );
    semaphore.release();
    assert.equal(semaphore.value, MOST);
    assert.throws(() => semaphore.release(), { code: "SEMAPHORE_OVERFLOW" });
    assert.deepEqual(semaphoreWords(semaphore), free(MOST));
  });
});

describe("a BoundedSemaphore (SEMANTICS 12)", () => {
  test("refuses a release above its initial value, all or nothing", () => {
    const semaphore = new BoundedSemaphore(3);
    refuses(() => semaphore.release(), RangeError, "SEMAPHORE_OVERFLOW", above(4, 3));
    semaphore.acquire();
    semaphore.acquire();
    refuses(() => semaphore.release(3), RangeError, "SEMAPHORE_OVERFLOW", above(4, 3));
    assert.equal(semaphore.value, 1, "nothing was given back");
    semaphore.release(2);
    refuses(() => semaphore[Symbol.dispose](), RangeError, "SEMAPHORE_OVERFLOW", above(4, 3));
    assert.deepEqual(semaphoreWords(semaphore), free(3));
  });

  test("of 0 can never be released", () => {
    const semaphore = new BoundedSemaphore(0);
    refuses(() => semaphore.release(), RangeError, "SEMAPHORE_OVERFLOW", above(1, 0));
    assert.equal(semaphore.acquire({ blocking: false }), null);
  });

  test("refuses with somebody in line, who is not woken by it", async () => {
    const semaphore = new BoundedSemaphore(2);
    semaphore.acquire();
    semaphore.acquire();
    const got = new SharedInt32();
    const threads = await lineUp(semaphore, 1, got);
    refuses(() => semaphore.release(3), RangeError, "SEMAPHORE_OVERFLOW", above(3, 2));
    assert.equal(threads[0].state, "blocked");
    assert.equal(got.value, 0);
    semaphore.release(2);
    await joinAll(threads);
    assert.deepEqual(semaphoreWords(semaphore), free(1));
  });

  test("never lets more be given back than were taken, however many threads try", async () => {
    const semaphore = new BoundedSemaphore(4);
    for (let i = 0; i < 4; i++) semaphore.acquire();
    const [done, refused] = [new SharedInt32(), new SharedInt32()];
    const threads = startEach(
      (semaphore, done, refused) => {
        for (let i = 0; i < 1000; i++) {
          try {
            semaphore.release();
            done.add(1);
          } catch (error) {
            if ((error as { code: string }).code !== "SEMAPHORE_OVERFLOW") throw error;
            refused.add(1);
          }
        }
      },
      [1, 2, 3].map(() => [semaphore, done, refused] as const),
    );
    await joinAll(threads);
    assert.deepEqual([done.value, refused.value, semaphore.value], [4, 2996, 4]);
  });

  test("is a Semaphore and a BoundedSemaphore, in another thread too, with the same bound", async () => {
    const semaphore = new BoundedSemaphore(1);
    assert.ok(semaphore instanceof Semaphore);
    await joinAll([
      start((semaphore) => {
        if (!(semaphore instanceof Semaphore && semaphore instanceof BoundedSemaphore))
          throw new Error("class");
        try {
          semaphore.release();
        } catch (error) {
          if ((error as { code: string }).code === "SEMAPHORE_OVERFLOW") return;
        }
        throw new Error("it has no bound there");
      }, semaphore),
      start((semaphore) => {
        if (!(semaphore instanceof Semaphore) || semaphore instanceof BoundedSemaphore)
          throw new Error("class");
        semaphore.release();
      }, new Semaphore(1)),
    ]);
    assert.deepEqual(semaphoreWords(semaphore), free(1));
  });
});

describe("the line at a Semaphore", () => {
  test("is one for blocking and awaiting waiters, oldest first", async () => {
    const semaphore = new Semaphore(0);
    const order = new SharedInt32();
    const places: number[] = [];
    const await_ = async () => {
      await semaphore.acquireAsync();
      places.push(order.add(1) + 1);
    };
    const block = async () => {
      const place = new SharedInt32();
      const waiter = start(
        (semaphore, order, place) => {
          semaphore.acquire();
          place.value = order.add(1) + 1;
        },
        semaphore,
        order,
        place,
      );
      await until(() => waiter.state === "blocked", "it stands in line");
      return { waiter, place };
    };
    const a = await_();
    const b = await block();
    const c = await_();
    const d = await block();
    for (let i = 1; i <= 4; i++) {
      semaphore.release();
      // Who was woken too and came too late is back in its place.
      const left = `Semaphore { value 0, ${4 - i} waiting }`;
      await until(() => order.value === i && inspect(semaphore) === left, `${i} are through`);
    }
    await Promise.all([a, c]);
    await joinAll([b.waiter, d.waiter]);
    assert.ok(b.place.value < d.place.value, "the blocking ones in order");
    assert.ok(places[0] < places[1], "the awaiting ones in order");
    assert.deepEqual(semaphoreWords(semaphore), free(0));
  });

  test("goes on behind a promise whose event loop is busy", () => {
    const semaphore = new Semaphore(0);
    const pending = semaphore.acquireAsync();
    const waiter = start((semaphore) => void semaphore.acquire(), semaphore);
    while (waiter.state !== "blocked");
    semaphore.release();
    // Nobody turns this event loop: the permit must reach the thread behind the promise.
    assert.equal(waiter.join({ timeout: LONG }), true);
    semaphore.release();
    return pending.then(() => assert.deepEqual(semaphoreWords(semaphore), free(0)));
  });

  test("serves promises of one event loop in the order of their calls", async () => {
    const semaphore = new Semaphore(0);
    const order: number[] = [];
    const all = Array.from({ length: 20 }, (_, i) => semaphore.acquireAsync().then(() => order.push(i)));
    semaphore.release(3);
    for (let i = 0; i < 17; i++) semaphore.release();
    await Promise.all(all);
    assert.deepEqual(
      order,
      Array.from({ length: 20 }, (_, i) => i),
    );
    assert.deepEqual(semaphoreWords(semaphore), free(0));
  });

  test("holds a withAsync section until its promise settles, and lets as many in as there are permits", async () => {
    const semaphore = new Semaphore(2);
    let [inside, most] = [0, 0];
    const section = async () => {
      most = Math.max(most, ++inside);
      await sleepAsync(1);
      inside--;
    };
    await Promise.all(Array.from({ length: 8 }, () => semaphore.withAsync(section)));
    assert.equal(most, 2);
    assert.deepEqual(semaphoreWords(semaphore), free(2));
  });
});

describe("an aborted acquireAsync of a Semaphore (API rule 3)", () => {
  test("that was aborted before rejects with the reason, even though there is a permit", async () => {
    const semaphore = new Semaphore(1);
    const reason = { why: "before" };
    await assert.rejects(
      semaphore.acquireAsync({ signal: AbortSignal.abort(reason) }),
      (error) => error === reason,
    );
    assert.deepEqual(semaphoreWords(semaphore), free(1));
  });

  test("that is aborted in line rejects with the reason and leaves no trace", async () => {
    const semaphore = new Semaphore(0);
    const controller = new AbortController();
    const pending = semaphore.acquireAsync({ signal: controller.signal, timeout: LONG });
    await until(() => semaphoreWords(semaphore).head !== 0, "it stands in line");
    const reason = { why: "during" };
    controller.abort(reason);
    await assert.rejects(pending, (error) => error === reason);
    assert.deepEqual(semaphoreWords(semaphore), free(0));
  });

  test("passes on the wake-up that it had been given already", async () => {
    for (let round = 0; round < 50; round++) {
      const semaphore = new Semaphore(0);
      const controller = new AbortController();
      const first = semaphore.acquireAsync({ signal: controller.signal }).then(
        () => {
          semaphore.release();
          return "taken";
        },
        () => "aborted",
      );
      const second = semaphore.acquireAsync({ timeout: LONG });
      semaphore.release();
      controller.abort();
      assert.ok(["taken", "aborted"].includes(await first));
      assert.equal(await second, semaphore);
      assert.deepEqual(semaphoreWords(semaphore), free(0));
    }
  });
});

describe("a Semaphore in another thread", () => {
  test("is the same semaphore, by argument and by capture, and has the same powers", async () => {
    const semaphore = new Semaphore(0);
    const inner = new SharedInt32();
    const byCapture = new Thread({
      target: async () => {
        await semaphore.acquireAsync();
        inner.add(semaphore.value + 1);
        semaphore.release(2);
      },
    }).start();
    const byArgument = start((semaphore) => semaphore.release(2), semaphore);
    await joinAll([byCapture as Thread, byArgument]);
    assert.ok(inner.value > 0);
    assert.deepEqual(semaphoreWords(semaphore), free(3));
  });

  test("keeps the permits that a thread took and did not give back", async () => {
    const semaphore = new Semaphore(2);
    await joinAll([start((semaphore) => void semaphore.acquire(), semaphore)]);
    assert.equal(semaphore.value, 1);
    semaphore.release();
    assert.deepEqual(semaphoreWords(semaphore), free(2));
  });
});

describe("a Semaphore prints", () => {
  test("its class, value, bound and how many wait", async () => {
    const semaphore = new Semaphore(2);
    assert.equal(inspect(semaphore), "Semaphore { value 2, 0 waiting }");
    assert.equal(inspect(new BoundedSemaphore(3)), "BoundedSemaphore { value 3 of 3, 0 waiting }");
    semaphore.acquire();
    semaphore.acquire();
    const pending = [semaphore.acquireAsync(), semaphore.acquireAsync()];
    assert.equal(inspect(semaphore), "Semaphore { value 0, 2 waiting }");
    assert.equal(semaphore.acquire({ timeout: EXPIRES }), null);
    semaphore.release(2);
    await Promise.all(pending);
    assert.equal(inspect(semaphore), "Semaphore { value 0, 0 waiting }");
  });
});
