/** What containers take is given back: cell by cell, ring by ring, however deep, whoever let go last. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import v8 from "node:v8";
import vm from "node:vm";
import "../harness/watchdog.ts";
import { SharedList, SharedRef } from "threadkit";
import { allocatorFaults, arenaWords, census, indexOf, usedBytes } from "../harness/arena.ts";
import { joinAll, start } from "../harness/threads.ts";
import { until } from "../harness/until.ts";

v8.setFlagsFromString("--expose-gc");
const collect = vm.runInNewContext("gc") as () => void;
const MB = 1024 * 1024;

/** Collects, and lets what was found be given back. */
async function settled(): Promise<void> {
  for (let i = 0; i < 3; i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe("a SharedList", () => {
  test("takes no more memory after many rounds of fill and clear than after one", () => {
    const list = new SharedList<string>();
    const item = "x".repeat(10_000);
    const ROUNDS = Number(process.env.ROUNDS) || 20;
    list.push(item);
    list.clear();
    let [most, arena] = [0, 0];
    for (let round = 0; round < ROUNDS; round++) {
      const before = usedBytes();
      for (let i = 0; i < 5_000; i++) list.push(item);
      assert.ok(usedBytes() - before > 50 * MB);
      list.clear();
      assert.equal(usedBytes(), before);
      most = Math.max(most, arenaWords().length);
      if (round === 0) arena = arenaWords().length;
    }
    assert.equal(most, arena, "the arena has grown");
    assert.deepEqual(allocatorFaults(), []);
  });

  test("takes no more memory after items went through it, in order and out of order", () => {
    const list = new SharedList<unknown>([1, 2, 3]);
    const round = () => {
      for (let i = 0; i < 3_000; i++) list.push(i % 2 === 0 ? `item ${i}` : i / 3);
      for (let i = 0; i < 1_000; i++) list.removeAt(i);
      for (let i = 0; i < 1_000; i++) list.shift();
      for (let i = 0; i < 1_000; i++) list.pop();
    };
    round();
    const before = usedBytes();
    const blocks = census();
    for (let i = 0; i < 20; i++) round();
    assert.equal(usedBytes(), before);
    assert.deepEqual(census(), blocks);
  });

  test("is made smaller when most of it is empty, and stays whole", () => {
    const list = new SharedList<number>();
    for (let i = 0; i < 100_000; i++) list.push(i);
    const full = usedBytes();
    for (let i = 99_999; i >= 100; i--) assert.equal(list.pop(), i);
    assert.ok(full - usedBytes() > 300_000, `${full - usedBytes()} bytes were given back`);
    assert.deepEqual(
      list.toArray(),
      Array.from({ length: 100 }, (_, i) => i),
    );
  });

  test("gives back the snapshot of a loop that ended, by break or by an error too", () => {
    const list = new SharedList(["a", "b", "c"]);
    const before = usedBytes();
    for (const _ of list);
    for (const item of list) if (item === "b") break;
    assert.throws(() => {
      for (const _ of list) throw new Error("mine");
    }, /mine/);
    list.slice(1);
    list.toArray();
    assert.equal(usedBytes(), before);
    const kept = list[Symbol.iterator]();
    kept.next();
    assert.equal(census().Snapshot, 1);
    kept.return?.();
    assert.equal(usedBytes(), before);
    assert.deepEqual(kept.next(), { done: true, value: undefined });
  });

  test("keeps what an unfinished loop has to give, though it was cleared", () => {
    const list = new SharedList(["a", "b", "c"]);
    const [first, second] = [list[Symbol.iterator](), list[Symbol.iterator]()];
    first.next();
    list.clear();
    for (let i = 0; i < 100; i++) list.push(`other ${i}`);
    assert.deepEqual([...first], ["b", "c"]);
    assert.deepEqual([...second], ["a", "b", "c"]);
  });
});

describe("a chain", () => {
  test("of many SharedRefs is freed without a deep stack", async () => {
    const DEPTH = 200_000;
    await settled();
    const before = usedBytes();
    let head: SharedRef<unknown> | undefined = new SharedRef<unknown>(0);
    for (let i = 0; i < DEPTH; i++) head = new SharedRef<unknown>(head);
    assert.ok(usedBytes() - before > DEPTH * 32);
    assert.ok(head);
    head = undefined;
    await until(async () => {
      await settled();
      return usedBytes() - before < DEPTH;
    }, "the chain is freed");
    assert.deepEqual(allocatorFaults(), []);
  });
});

describe("a thread that ends", () => {
  test("leaves nothing of its loops and lists behind", async () => {
    const list = new SharedList(["a", "b"]);
    const run = () =>
      joinAll([
        start((shared: SharedList<string>) => {
          const own = new SharedList(["c"]);
          own.push(...shared);
          shared[Symbol.iterator]().next(); // not finished
        }, list),
      ]);
    await run();
    assert.equal(arenaWords()[indexOf(list)], 0);
    assert.deepEqual([...list], ["a", "b"]);
  });
});
