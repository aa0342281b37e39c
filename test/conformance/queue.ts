/**
 * What a queue must do, as a suite that runs once for each class and driver: by blocking, by awaiting.
 * Rules of API.md 0 and SEMANTICS.md 24–28 are named where they are tested. After CPython's Lib/test/test_queue.py
 * (BaseQueueTestMixin, QueueShutdown…), whose names stand in brackets.
 */
import assert from "node:assert/strict";
import { inspect } from "node:util";
import {
  Lock,
  type Queue,
  QueueEmptyError,
  QueueFullError,
  QueueShutDownError,
  SharedBoolean,
  SharedInt32,
  sleep,
  type Thread,
} from "threadkit";
import { EARLY, EXPIRES, LONG } from "../harness/delays.ts";
import { countsOf, type Driver, type Made, unquiet, waitersOf } from "../harness/queues.ts";
import { refuses, refusesAsync } from "../harness/refuses.ts";
import { describe, test } from "../harness/tests.ts";
import { joinAll, start, startEach } from "../harness/threads.ts";
import { took, until } from "../harness/until.ts";
import { whenAwaited } from "./event.ts";

export const EMPTY_NOW =
  "cannot get an item: the queue is empty. Wait with get() or getAsync(), or try again later.";
export const FULL_NOW =
  "cannot put the item: the queue is full. Wait with put() or putAsync(), or try again later.";
export const SHUT_PUT = "cannot put the item: the queue was shut down. Make a new one.";
export const SHUT_GET =
  "cannot get an item: the queue was shut down and is empty. Leave the loop; `for (const item of queue)` does so by itself.";
const tooOften =
  "cannot count a task as done: all items that were put are done already. Call taskDone() once for each item.";

/** Runs `act` in another thread once somebody stands in line at the queue. */
function afterWait(queue: Queue<number>, act: (queue: Queue<number>) => void): Thread {
  return start(
    (queue, act) => {
      whenAwaited(queue);
      act(queue);
    },
    queue,
    act,
  );
}

const quiet = (queue: object) => assert.deepEqual(unquiet(queue), {});

export function queueSuite({ name, make, order }: Made, driver: Driver): void {
  describe(`a ${name}, ${driver.name}`, () => {
    test("gives what was put, in its order (test_basic)", async () => {
      const queue = make<number>();
      assert.equal(queue.empty(), true);
      assert.equal(queue.qsize(), 0);
      const items = [111, 333, 222, 5, -7, 1_000_000_000];
      for (const [i, item] of items.entries()) {
        await driver.put(queue, item);
        assert.equal(queue.qsize(), i + 1);
        assert.equal(queue.empty(), false);
      }
      for (const item of order(items)) assert.equal(await driver.get(queue), item);
      assert.equal(queue.empty(), true);
      quiet(queue);
    });

    test("of three items is full with three, and says so at once or after the timeout (simple_queue_test)", async () => {
      const queue = make<number>(3);
      assert.equal(queue.maxsize, 3);
      for (const item of [1, 2, 3]) {
        assert.equal(queue.full(), false);
        await driver.put(queue, item);
      }
      assert.equal(queue.full(), true);
      refuses(() => queue.putNowait(4), QueueFullError, "QUEUE_FULL", FULL_NOW);
      refuses(() => queue.put(4, { blocking: false }), QueueFullError, "QUEUE_FULL", FULL_NOW);
      await refusesAsync(() => driver.put(queue, 4, { timeout: 0 }), QueueFullError, "QUEUE_FULL", FULL_NOW);
      const time = await took(() =>
        refusesAsync(
          () => driver.put(queue, 4, { timeout: EXPIRES }),
          QueueFullError,
          "QUEUE_FULL",
          `cannot put the item: the queue had no room within ${EXPIRES} ms. Wait longer, or try again later.`,
        ),
      );
      assert.ok(time >= EXPIRES - EARLY, `${time} ms`);
      assert.deepEqual(countsOf(queue), { items: 3, unfinished: 3 });
      for (const item of order([1, 2, 3])) assert.equal(await driver.get(queue), item);
      refuses(() => queue.getNowait(), QueueEmptyError, "QUEUE_EMPTY", EMPTY_NOW);
      refuses(() => queue.get({ blocking: false }), QueueEmptyError, "QUEUE_EMPTY", EMPTY_NOW);
      await refusesAsync(() => driver.get(queue, { timeout: 0 }), QueueEmptyError, "QUEUE_EMPTY", EMPTY_NOW);
      const empty = await took(() =>
        refusesAsync(
          () => driver.get(queue, { timeout: EXPIRES }),
          QueueEmptyError,
          "QUEUE_EMPTY",
          `cannot get an item: the queue had none within ${EXPIRES} ms. Wait longer, or try again later.`,
        ),
      );
      assert.ok(empty >= EXPIRES - EARLY, `${empty} ms`);
      quiet(queue);
    });

    test("waits for an item that another thread puts (do_blocking_test)", async () => {
      const queue = make<number>();
      const thread = afterWait(queue, (queue) => queue.put(7));
      assert.equal(await driver.get(queue), 7);
      await joinAll([thread]);
      const late = afterWait(queue, (queue) => queue.put(8));
      assert.equal(await driver.get(queue, { timeout: LONG }), 8);
      await joinAll([late]);
      quiet(queue);
    });

    test("waits for room that another thread makes", async () => {
      const queue = make<number>(1);
      queue.put(1);
      const thread = afterWait(queue, (queue) => {
        if (queue.get() !== 1) throw new Error("it was not the first");
      });
      await driver.put(queue, 2);
      await joinAll([thread]);
      const late = afterWait(queue, (queue) => void queue.get());
      await driver.put(queue, 3, { timeout: LONG });
      await joinAll([late]);
      assert.deepEqual(order([3]), [queue.getNowait()]);
      quiet(queue);
    });

    test("without a limit is never full, also with one below zero (SEMANTICS 25, test_negative_maxsize)", async () => {
      for (const maxsize of [undefined, 0, -1, -100]) {
        const queue = make<number>(maxsize);
        assert.equal(queue.maxsize, maxsize ?? 0);
        for (let i = 0; i < 100; i++) {
          await driver.put(queue, i, { timeout: 0 });
          assert.equal(queue.full(), false);
        }
        assert.equal(queue.qsize(), 100);
      }
    });

    test("carries any value that can cross, and shared objects by reference", async () => {
      const queue = make<unknown>();
      if (name.startsWith("Priority")) return; // their order is another matter
      const lock = new Lock();
      const inner = make<number>();
      const values = [undefined, null, true, false, 0, -0, 1.5, 2 ** 40, -5, Number.NaN, "", "text", 12n];
      for (const value of [...values, { a: [1, { b: 2 }] }, new Map([[1, new Set([2])]]), new Date(5)]) {
        await driver.put(queue, value);
        assert.deepStrictEqual(await driver.get(queue), value);
      }
      await driver.put(queue, lock);
      assert.equal(await driver.get(queue), lock);
      await driver.put(queue, { lock });
      assert.equal(((await driver.get(queue)) as { lock: Lock }).lock, lock);
      await driver.put(queue, inner);
      ((await driver.get(queue)) as Queue<number>).put(5);
      assert.equal(inner.get(), 5);
      const n = 3;
      await driver.put(queue, (x: number) => x + n);
      assert.equal(((await driver.get(queue)) as (x: number) => number)(4), 7);
      const object = { changed: false };
      await driver.put(queue, object);
      object.changed = true;
      assert.deepEqual(await driver.get(queue), { changed: false }, "copied when it was put");
      quiet(queue);
    });

    test("serves those who wait in the order in which they came", async () => {
      const queue = make<number>();
      const got: number[][] = [];
      const waits = [0, 1, 2, 3].map((who) =>
        queue.getAsync({ timeout: LONG }).then((item) => got.push([who, item])),
      );
      for (const item of [10, 11, 12, 13]) await driver.put(queue, item);
      assert.equal(queue.qsize(), 0, "handed over");
      await Promise.all(waits);
      // Each takes what is next when it runs, so it is the waiters that are in order.
      assert.deepEqual(
        got.map(([who]) => who),
        [0, 1, 2, 3],
      );
      assert.deepEqual(
        got.map(([, item]) => item),
        order([10, 11, 12, 13]),
      );
      quiet(queue);
    });

    test("lets one putter through with each get", async () => {
      const queue = make<number>(1);
      queue.put(0);
      const through = new SharedInt32();
      const putters = startEach(
        (queue, through, item) => {
          queue.put(item);
          through.add(1);
        },
        [1, 2, 3].map((item) => [queue, through, item] as const),
      );
      await until(() => waitersOf(queue).putters === 3, "all stand in line");
      for (let n = 1; n <= 3; n++) {
        await driver.get(queue);
        await until(() => through.value === n, "one is through");
        assert.equal(waitersOf(queue).putters, 3 - n);
        assert.equal(queue.full(), true);
      }
      await joinAll(putters);
      await driver.get(queue);
      quiet(queue);
    });

    test("is joined when every item that was put is done (test_queue_join)", async () => {
      const queue = make<number>();
      assert.equal(await driver.join(queue), true, "a fresh one at once (SEMANTICS 24)");
      const sum = new SharedInt32();
      const workers = startEach(
        (queue, sum) => {
          for (;;) {
            const n = queue.get();
            if (n < 0) return queue.taskDone();
            sum.add(n);
            queue.taskDone();
          }
        },
        [1, 2].map(() => [queue, sum] as const),
      );
      for (let i = 0; i < 100; i++) queue.put(i);
      assert.equal(await driver.join(queue), true);
      assert.equal(sum.value, 99 * 50);
      for (const _ of workers) queue.put(-1);
      assert.equal(await driver.join(queue, { timeout: LONG }), true);
      await joinAll(workers);
      assert.deepEqual(countsOf(queue), { items: 0, unfinished: 0 });
      quiet(queue);
    });

    test("is not joined while something is not done, and join says so after the timeout", async () => {
      const queue = make<number>();
      queue.put(1);
      assert.equal(await driver.join(queue, { timeout: 0 }), false);
      assert.equal(await driver.join(queue, { timeout: EXPIRES }), false);
      queue.get();
      assert.equal(await driver.join(queue, { timeout: 1 }), false);
      const thread = afterWait(queue, (queue) => queue.taskDone());
      assert.equal(await driver.join(queue), true);
      await joinAll([thread]);
      quiet(queue);
    });

    test("counts a task at put, so that it may be done before it is taken (SEMANTICS 24)", async () => {
      const queue = make<number>();
      queue.put(1);
      queue.taskDone();
      assert.equal(await driver.join(queue), true);
      refuses(() => queue.taskDone(), RangeError, "TASK_DONE_TOO_OFTEN", tooOften);
      assert.equal(await driver.get(queue), 1);
      refuses(() => queue.taskDone(), RangeError, "TASK_DONE_TOO_OFTEN", tooOften);
      assert.deepEqual(countsOf(queue), { items: 0, unfinished: 0 });
    });

    test("that reached zero lets join through, though more is put at once", async () => {
      const queue = make<number>();
      queue.put(1);
      const thread = afterWait(queue, (queue) => {
        queue.taskDone();
        queue.put(2);
      });
      assert.equal(await driver.join(queue, { timeout: LONG }), true);
      await joinAll([thread]);
      assert.equal(countsOf(queue).unfinished, 1);
      quiet(queue);
    });

    test("that is shut down gives what is there and then ends (SEMANTICS 26, test_shutdown_empty, _nonempty)", async () => {
      const queue = make<number>(3);
      for (const item of [1, 2]) queue.put(item);
      queue.shutdown();
      await refusesAsync(() => driver.put(queue, 3), QueueShutDownError, "QUEUE_SHUT_DOWN", SHUT_PUT);
      refuses(() => queue.putNowait(3), QueueShutDownError, "QUEUE_SHUT_DOWN", SHUT_PUT);
      for (const item of order([1, 2])) assert.equal(await driver.get(queue), item);
      for (const options of [undefined, { timeout: 0 }, { timeout: 1 }])
        await refusesAsync(() => driver.get(queue, options), QueueShutDownError, "QUEUE_SHUT_DOWN", SHUT_GET);
      refuses(() => queue.getNowait(), QueueShutDownError, "QUEUE_SHUT_DOWN", SHUT_GET);
      queue.shutdown();
      queue.taskDone();
      assert.equal(await driver.join(queue, { timeout: 0 }), false);
      queue.taskDone();
      assert.equal(await driver.join(queue), true);
      quiet(queue);
    });

    test("that is shut down for good drops what is there, and what was taken still counts (SEMANTICS 27)", async () => {
      const queue = make<number>();
      for (const item of [1, 2, 3]) queue.put(item);
      await driver.get(queue);
      queue.shutdown({ immediate: true });
      assert.equal(queue.qsize(), 0);
      await refusesAsync(() => driver.get(queue), QueueShutDownError, "QUEUE_SHUT_DOWN", SHUT_GET);
      await refusesAsync(() => driver.put(queue, 1), QueueShutDownError, "QUEUE_SHUT_DOWN", SHUT_PUT);
      assert.deepEqual(countsOf(queue), { items: 0, unfinished: 1 });
      assert.equal(await driver.join(queue, { timeout: 1 }), false);
      const thread = afterWait(queue, (queue) => queue.taskDone());
      assert.equal(await driver.join(queue), true);
      await joinAll([thread]);
      quiet(queue);
    });

    test("may be shut down twice, gently and then for good, but not the other way round", async () => {
      const queue = make<number>();
      queue.put(1);
      queue.shutdown();
      queue.shutdown({ immediate: true });
      await refusesAsync(() => driver.get(queue), QueueShutDownError, "QUEUE_SHUT_DOWN", SHUT_GET);
      queue.shutdown({ immediate: false });
      assert.equal(await driver.join(queue), true);
    });

    for (const immediate of [false, true]) {
      test(`wakes everybody who waits when it is shut down${immediate ? " for good" : ""}`, async () => {
        for (const waiting of ["get", "put", "join"] as const) {
          const queue = make<number>(1);
          if (waiting !== "get") queue.put(1);
          const codes = new SharedInt32();
          const others = startEach(
            (queue, waiting, codes) => {
              try {
                if (waiting === "get") queue.get();
                if (waiting === "put") queue.put(2);
                if (waiting === "join") queue.join({ timeout: 60_000 });
                codes.add(100);
              } catch (error) {
                if ((error as { code: string }).code === "QUEUE_SHUT_DOWN") codes.add(1);
              }
            },
            [1, 2].map(() => [queue, waiting, codes] as const),
          );
          await until(() => others.every((thread) => thread.state === "blocked"), "the others wait");
          const ender = start(
            (queue, immediate) => {
              while (!/3 waiting/.test(inspect(queue))) sleep(0.2);
              if (immediate === null) return;
              queue.shutdown({ immediate });
            },
            queue,
            waiting === "join" ? null : immediate,
          );
          // The test's own wait is the third.
          const mine =
            waiting === "get"
              ? driver.get(queue)
              : waiting === "put"
                ? driver.put(queue, 3)
                : driver.join(queue, { timeout: 10 * EXPIRES });
          if (waiting === "join") assert.equal(await mine, false);
          else
            await refusesAsync(
              () => mine,
              QueueShutDownError,
              "QUEUE_SHUT_DOWN",
              waiting === "get" ? SHUT_GET : SHUT_PUT,
            );
          await joinAll([ender]);
          if (waiting === "join") {
            if (!immediate) queue.taskDone();
            else queue.shutdown({ immediate });
          }
          await joinAll(others);
          assert.equal(codes.value, waiting === "join" ? 200 : 2);
          quiet(queue);
        }
      });
    }

    test("is iterated until it is shut down and has nothing any more", async () => {
      const queue = make<number>();
      for (const item of [4, 5]) queue.put(item);
      const thread = afterWait(queue, (queue) => {
        for (const item of [6, 7]) queue.put(item);
        queue.shutdown();
      });
      const items = await driver.all(queue);
      assert.deepEqual(items.slice(0, 2), order([4, 5]));
      assert.deepEqual([...items].sort(), [4, 5, 6, 7]);
      assert.deepEqual(await driver.all(queue), []);
      await joinAll([thread]);
      quiet(queue);
    });

    test("keeps the rest when a loop is left", async () => {
      const queue = make<number>();
      for (const item of [1, 2, 3]) queue.put(item);
      const [first, second, third] = order([1, 2, 3]);
      for (const item of queue) {
        assert.equal(item, first);
        break;
      }
      for await (const item of queue) {
        assert.equal(item, second);
        break;
      }
      assert.equal(await driver.get(queue), third);
    });

    test("works the same from a thread that captured it, and one that got it as an argument", async () => {
      const queue = make<number>(2);
      const back = make<number>();
      const ready = new SharedBoolean();
      const captured = start(() => {
        ready.value = true;
        for (const item of queue) back.put(item * 2);
      });
      for (let i = 1; i <= 50; i++) await driver.put(queue, i);
      queue.shutdown();
      await joinAll([captured]);
      back.shutdown();
      assert.deepEqual(
        [...back].sort((a, b) => a - b),
        Array.from({ length: 50 }, (_, i) => 2 * (i + 1)),
      );
      assert.equal(ready.value, true);
      quiet(queue);
    });
  });
}
