/** Queue, LifoQueue, PriorityQueue, SimpleQueue: the suite for all classes and drivers, and what is not about the driver. */
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { describe, test } from "../harness/tests.ts";
import "../harness/watchdog.ts";
import {
  Lock,
  PriorityQueue,
  Queue,
  QueueEmptyError,
  RuntimeError,
  SharedInt32,
  SimpleQueue,
  Thread,
} from "threadkit";
import { Session } from "../fixtures/local/session.ts";
import { census, usedBytes } from "../harness/arena.ts";
import { EARLY, EXPIRES, LONG } from "../harness/delays.ts";
import { awaiting, blocking, CLASSES, countsOf, unquiet, waitersOf } from "../harness/queues.ts";
import { refuses, refusesAsync } from "../harness/refuses.ts";
import { joinAll, start, startEach } from "../harness/threads.ts";
import { took, until } from "../harness/until.ts";
import { EMPTY_NOW, queueSuite } from "./queue.ts";

for (const made of CLASSES) for (const driver of [blocking, awaiting]) queueSuite(made, driver);

for (const { name, make } of CLASSES) {
  describe(`an aborted wait at a ${name}`, () => {
    test("rejects with the signal's reason and leaves no trace", async () => {
      const queue = make<number>(1);
      const reason = new Error("enough");
      for (const wait of ["get", "put", "join"] as const) {
        if (wait === "put") queue.put(1);
        const controller = new AbortController();
        const { signal } = controller;
        const pending =
          wait === "get"
            ? queue.getAsync({ signal })
            : wait === "put"
              ? queue.putAsync(2, { signal })
              : queue.joinAsync({ signal });
        const { getters, putters, joiners } = waitersOf(queue);
        assert.equal({ get: getters, put: putters, join: joiners }[wait], 1);
        controller.abort(reason);
        await assert.rejects(pending, (error) => error === reason);
        assert.deepEqual(unquiet(queue), {});
      }
      assert.deepEqual(countsOf(queue), { items: 1, unfinished: 1 });
      await assert.rejects(
        queue.getAsync({ signal: AbortSignal.abort(reason) }),
        (error) => error === reason,
        "aborted before it began, though there is an item",
      );
      assert.equal(queue.get(), 1);
    });

    test("that came too late has its item", async () => {
      const queue = make<number>();
      const controller = new AbortController();
      const pending = queue.getAsync({ signal: controller.signal });
      queue.put(1);
      controller.abort();
      assert.equal(await pending, 1);
      assert.deepEqual(unquiet(queue), {});
    });
  });

  describe(`an item that was handed over by a ${name}`, () => {
    test("is nobody else's, and counts as taken", async () => {
      const queue = make<number>(1);
      const pending = queue.getAsync();
      queue.put(1);
      assert.equal(queue.qsize(), 0);
      assert.equal(queue.empty(), true);
      assert.equal(queue.full(), false);
      refuses(() => queue.getNowait(), QueueEmptyError, "QUEUE_EMPTY", EMPTY_NOW);
      queue.putNowait(2);
      assert.equal(queue.full(), true);
      const found = [await pending, queue.getNowait()];
      assert.deepEqual(found.sort(), [1, 2]);
      assert.deepEqual(unquiet(queue), {});
    });

    test("is dropped by an immediate shutdown all the same", async () => {
      const queue = make<number>();
      const pending = queue.getAsync();
      queue.put(1);
      queue.shutdown({ immediate: true });
      await assert.rejects(pending, { code: "QUEUE_SHUT_DOWN" });
      assert.deepEqual(countsOf(queue), { items: 0, unfinished: 0 });
      assert.deepEqual(unquiet(queue), {});
    });

    test("is still given after a gentle one", async () => {
      const queue = make<number>();
      const pending = queue.getAsync();
      queue.put(1);
      queue.shutdown();
      refuses(() => queue.getNowait(), Error as never, "QUEUE_SHUT_DOWN", /shut down and is empty/);
      assert.equal(await pending, 1);
      assert.deepEqual(unquiet(queue), {});
    });
  });

  describe(`the memory of a ${name}`, () => {
    test("is flat over many items, large and small", { timeout: 60_000 }, async () => {
      const queue = make<string>();
      const text = "x".repeat(3000);
      for (let i = 0; i < 20; i++) queue.put(text);
      for (let i = 0; i < 20; i++) queue.get();
      const before = usedBytes();
      for (let i = 0; i < 20_000; i++) {
        queue.put(text);
        queue.get();
      }
      // Handles of earlier tests may be collected meanwhile, so it may be less.
      assert.ok(usedBytes() <= before, `${usedBytes() - before} bytes`);
    });

    test("shrinks when it gets empty, and is given back by an immediate shutdown", () => {
      const queue = make<number>();
      const before = usedBytes();
      for (let i = 0; i < 20_000; i++) queue.put(i);
      assert.ok(usedBytes() - before > 20_000 * 4);
      for (let i = 0; i < 19_900; i++) queue.get();
      assert.ok(usedBytes() - before < 20_000, `${usedBytes() - before} bytes`);
      while (!queue.empty()) queue.get();
      for (let i = 0; i < 20_000; i++) queue.put(1.5 + i);
      queue.shutdown({ immediate: true });
      assert.ok(usedBytes() <= before, `${usedBytes() - before} bytes`);
    });
  });
}

describe("a Queue", () => {
  test("prints what it is", async () => {
    const queue = new Queue(5);
    queue.put(1);
    queue.put(2);
    queue.get();
    assert.equal(inspect(queue), "Queue { 1 of 5 items, 2 unfinished, 0 waiting }");
    const pending = queue.joinAsync();
    assert.equal(inspect(queue), "Queue { 1 of 5 items, 2 unfinished, 1 waiting }");
    queue.shutdown();
    assert.equal(inspect(queue), "Queue { 1 of 5 items, 2 unfinished, shut down, 1 waiting }");
    queue.taskDone();
    queue.taskDone();
    assert.equal(await pending, true);
    queue.shutdown({ immediate: true });
    assert.equal(inspect(queue), "Queue { 0 of 5 items, 0 unfinished, shut down and emptied, 0 waiting }");
    assert.equal(inspect(new SimpleQueue()), "SimpleQueue { 0 items, 0 waiting }");
    assert.equal(inspect(new PriorityQueue()), "PriorityQueue { 0 items, 0 unfinished, 0 waiting }");
  });

  test("refuses an item that can't cross, and nothing is changed", async () => {
    const queue = new Queue<unknown>();
    class Own {}
    const before = usedBytes();
    assert.throws(() => queue.put(new Own()), { code: "CANNOT_CROSS" });
    await assert.rejects(queue.putAsync(Symbol("s")), { code: "CANNOT_CROSS" });
    assert.deepEqual(countsOf(queue), { items: 0, unfinished: 0 });
    assert.equal(usedBytes(), before);
  });

  test("that waits in vain with a large item gives its memory back", async () => {
    const queue = new Queue<string>(1);
    queue.put("first");
    const before = usedBytes();
    const text = "x".repeat(100_000);
    assert.throws(() => queue.putNowait(text), { code: "QUEUE_FULL" });
    assert.throws(() => queue.put(text, { timeout: 5 }), { code: "QUEUE_FULL" });
    await assert.rejects(queue.putAsync(text, { timeout: 5 }), { code: "QUEUE_FULL" });
    const controller = new AbortController();
    const now = usedBytes(); // nothing is collected between this line and the next but one
    const pending = queue.putAsync(text, { signal: controller.signal });
    assert.ok(usedBytes() >= now + 100_000, `${usedBytes() - now} bytes`);
    controller.abort();
    await assert.rejects(pending, { name: "AbortError" });
    const ended = queue.putAsync(text);
    queue.shutdown();
    await assert.rejects(ended, { code: "QUEUE_SHUT_DOWN" });
    assert.ok(usedBytes() <= before + 200, `${usedBytes() - before} bytes`); // nodes of promises are kept
    assert.equal(queue.get(), "first");
  });

  test("keeps the item of each of many promises that wait for room", async () => {
    const queue = new Queue<string>(1);
    const texts = Array.from({ length: 50 }, (_, i) => `${i}:${"y".repeat(500 + i)}`);
    const puts = texts.map((text) => queue.putAsync(text));
    const got: string[] = [];
    for (const _ of texts) got.push(await queue.getAsync({ timeout: LONG }));
    await Promise.all(puts);
    assert.deepEqual(got, texts);
    assert.deepEqual(unquiet(queue), {});
  });

  test("in a queue, in arguments, in a capture and in an object is the same queue", async () => {
    const [outer, inner] = [new Queue<Queue<string>>(), new Queue<string>()];
    outer.put(inner);
    const box = { deep: [inner] };
    const threads = [
      start((outer) => outer.get().put("from the queue"), outer),
      start((inner) => inner.put("from the argument"), inner),
      start(() => inner.put("from the capture")),
      start(() => box.deep[0].put("from the object")),
    ];
    await joinAll(threads);
    inner.shutdown();
    assert.deepEqual([...inner].sort(), [
      "from the argument",
      "from the capture",
      "from the object",
      "from the queue",
    ]);
  });

  test("holds a shared object that is in it, and no more when it is out", () => {
    const queue = new Queue<Lock>();
    const before = census().Lock ?? 0;
    queue.put(new Lock());
    assert.equal(census().Lock, before + 1);
    const lock = queue.get();
    assert.equal(lock.acquire(), lock);
    assert.deepEqual(unquiet(queue), {});
  });

  test("keeps an item whose imports are not loaded here, and gives it a turn later, in its place", async () => {
    const queue = new Queue<(() => Session) | number>();
    await joinAll([
      start((queue) => {
        queue.put(() => new Session("late"));
        queue.put(2);
      }, queue),
    ]);
    refuses(() => queue.get(), RuntimeError, "MODULE_NOT_LOADED", /^cannot read a shared value: /);
    assert.deepEqual(countsOf(queue), { items: 2, unfinished: 2 });
    let made: (() => Session) | number = 0;
    await until(() => {
      try {
        made = queue.get();
        return true;
      } catch (error) {
        assert.equal((error as { code: string }).code, "MODULE_NOT_LOADED");
        return false;
      }
    }, "its imports are loaded");
    assert.equal((made as unknown as () => Session)().next(), 1);
    assert.equal(queue.get(), 2);
    assert.deepEqual(unquiet(queue), {});
  });

  test("is taken from by many at once, each item by one", async () => {
    const [queue, sum, count] = [new Queue<number>(), new SharedInt32(), new SharedInt32()];
    const threads = startEach(
      (queue, sum, count) => {
        for (const n of queue) {
          sum.add(n);
          count.add(1);
        }
      },
      [1, 2, 3].map(() => [queue, sum, count] as const),
    );
    for (let i = 1; i <= 3000; i++) queue.put(i);
    queue.shutdown();
    await joinAll(threads);
    assert.deepEqual([count.value, sum.value], [3000, (3000 * 3001) / 2]);
  });

  test("can be put to while main is blocked in get", async () => {
    const queue = new Queue<number>();
    const thread = new Thread({ target: () => queue.put(3) }).start();
    assert.equal(queue.get(), 3);
    await joinAll([thread as Thread]);
  });
});

describe("a SimpleQueue", () => {
  test("gives what was put, in that order, by every form of get", async () => {
    const queue = new SimpleQueue<number>();
    for (let i = 0; i < 3; i++) queue.put(i);
    await queue.putAsync(3);
    assert.equal(queue.qsize(), 4);
    assert.deepEqual(
      [queue.get(), queue.getNowait(), await queue.getAsync(), queue.get({ timeout: 5 })],
      [0, 1, 2, 3],
    );
    assert.equal(queue.empty(), true);
    refuses(() => queue.getNowait(), QueueEmptyError, "QUEUE_EMPTY", EMPTY_NOW);
    const time = await took(() =>
      refusesAsync(() => queue.getAsync({ timeout: EXPIRES }), QueueEmptyError, "QUEUE_EMPTY", /none within/),
    );
    assert.ok(time >= EXPIRES - EARLY);
    assert.deepEqual(unquiet(queue), {});
  });

  test("hands items to threads that wait", async () => {
    const [queue, back] = [new SimpleQueue<string>(), new SimpleQueue<string>()];
    const threads = startEach(
      (queue, back) => back.put(queue.get()),
      [1, 2].map(() => [queue, back] as const),
    );
    await until(() => waitersOf(queue).getters === 2, "both wait");
    queue.put("a");
    queue.put("b");
    assert.deepEqual([back.get(), back.get()].sort(), ["a", "b"]);
    await joinAll(threads);
    assert.deepEqual(unquiet(queue), {});
  });
});
