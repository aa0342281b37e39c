/** A SharedMap for which there is no memory: the call throws, and nothing is changed, lost or held. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import "../harness/watchdog.ts";
import { Lock, SharedMap, SharedSet } from "threadkit";
import { CLASSES, H_FREE, H_FREE_PAGES, H_NEXT_PAGE, MAX_PAGES } from "../../src/memory/layout.ts";
import { arenaWords, usedBytes } from "../harness/arena.ts";
import { mapFaults } from "../harness/map-words.ts";

/** Runs `body` while the allocator has no block of `least` words or more, and no page to make one of. */
function withoutMemory(least: number, body: () => void): void {
  const words = arenaWords();
  const from = CLASSES.findIndex((size) => size >= least);
  const heads = CLASSES.map((_, c) => words[H_FREE + c]);
  const [next, free] = [words[H_NEXT_PAGE], words[H_FREE_PAGES]];
  for (let c = from; c < CLASSES.length; c++) words[H_FREE + c] = 0;
  words[H_NEXT_PAGE] = MAX_PAGES;
  words[H_FREE_PAGES] = 0;
  try {
    body();
  } finally {
    [words[H_NEXT_PAGE], words[H_FREE_PAGES]] = [next, free + words[H_FREE_PAGES]];
    for (let c = from; c < CLASSES.length; c++) {
      // What was freed meanwhile, and behind it what there was.
      let last = 0;
      for (let at = words[H_FREE + c]; at !== 0; at = words[at]) last = at;
      if (last === 0) words[H_FREE + c] = heads[c];
      else words[last] = heads[c];
    }
  }
}

const full = { name: "RangeError", code: "ARENA_FULL" };

describe("a SharedMap without memory", () => {
  const calls: Record<string, (map: SharedMap<unknown, unknown>) => unknown> = {
    "set of a new string key": (map) => map.set("new key", 1),
    "set of a new float key": (map) => map.set(0.5, 1),
    "set of a new bigint key": (map) => map.set(5n, 1),
    "set of a text": (map) => map.set("key 1", "some text"),
    "set of an object": (map) => map.set("key 1", { a: 1 }),
    "update of a key": (map) => map.update("key 1", (n) => n),
    "getOrSet of a new key": (map) => map.getOrSet("new key", () => 5),
  };
  for (const [name, call] of Object.entries(calls)) {
    test(`throws in ${name}, and is as it was`, () => {
      const map = new SharedMap<unknown, unknown>([1, 2, 3].map((n) => [`key ${n}`, n]));
      const before = [...map];
      const used = usedBytes();
      withoutMemory(8, () => {
        assert.throws(() => call(map), full);
        assert.equal(map.set("key 2", 20), map, "what needs no memory goes on");
        map.set("key 2", 2);
        assert.equal(map.get("key 3"), 3);
        assert.equal(map.has("new key"), false);
      });
      assert.deepEqual([...map], before);
      assert.equal(usedBytes(), used);
      assert.deepEqual(mapFaults(map), []);
      call(map);
    });
  }

  test("throws in a set for which the table would have to grow, for any kind of key and value", () => {
    for (const [key, value] of [
      [1, 1],
      ["new", "text"],
      [new Lock(), new Lock()],
      [0.5, -0],
    ]) {
      const map = new SharedMap<unknown, unknown>(Array.from({ length: 5 }, (_, n) => [`key ${n}`, n]));
      const used = usedBytes();
      withoutMemory(32, () => {
        assert.throws(() => map.set(key, value), full);
        assert.throws(() => map.update(key, () => value), full);
        assert.throws(() => map.getOrSet(key, () => value), full);
      });
      assert.equal(map.size, 5);
      assert.equal(map.has(key), false);
      assert.equal(usedBytes(), used);
      assert.deepEqual(mapFaults(map), []);
      map.set(key, value);
      assert.equal(map.size, 6);
    }
  });

  test("still deletes and clears, also where a smaller table can't be had", () => {
    const map = new SharedMap<number, number>(Array.from({ length: 1000 }, (_, n) => [n, n]));
    const set = new SharedSet<number>(Array.from({ length: 1000 }, (_, n) => n));
    withoutMemory(8, () => {
      for (let n = 0; n < 990; n++) assert.equal(map.delete(n), true);
      for (let n = 0; n < 990; n++) assert.equal(set.delete(n), true);
    });
    assert.deepEqual([...map.keys()], [990, 991, 992, 993, 994, 995, 996, 997, 998, 999]);
    assert.deepEqual([...set], [...map.keys()]);
    assert.deepEqual([mapFaults(map), mapFaults(set)], [[], []]);
    withoutMemory(8, () => {
      map.clear();
      set.clear();
    });
    assert.deepEqual([mapFaults(map), mapFaults(set)], [[], []]);
  });

  test("throws in an iteration that needs a block", () => {
    const map = new SharedMap([["key", "text"]]);
    const used = usedBytes();
    withoutMemory(8, () => assert.throws(() => [...map], full));
    assert.equal(usedBytes(), used);
    assert.deepEqual([...map], [["key", "text"]]);
  });
});
