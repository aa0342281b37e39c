/** SharedSet: what JavaScript's Set promises, and what sharing adds. */
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { describe, test } from "../harness/tests.ts";
import "../harness/watchdog.ts";
import { Lock, SharedInt32, SharedSet } from "threadkit";
import { usedBytes } from "../harness/arena.ts";
import { mapFaults, tableWords } from "../harness/map-words.ts";
import { freshSeed, randomFrom } from "../harness/random.ts";
import { joinAll, start } from "../harness/threads.ts";

describe("a SharedSet", () => {
  test("has each value once, in the order of insertion", () => {
    const set = new SharedSet<unknown>();
    const lock = new Lock();
    const values = ["b", "a", 0, -1, 1.5, Number.NaN, 10n, true, null, undefined, lock, "x".repeat(500)];
    for (const value of values) assert.equal(set.add(value), set);
    for (const value of values) set.add(value);
    set.add(-0).add("x".repeat(500));
    assert.equal(set.size, values.length);
    assert.deepEqual([...set], values);
    for (const value of values) assert.equal(set.has(value), true, String(value));
    for (const value of ["c", 2, false, 0n, 11n, new Lock()]) assert.equal(set.has(value), false);
    assert.equal(set.delete("a"), true);
    assert.equal(set.delete("a"), false);
    set.add("a");
    assert.equal([...set].at(-1), "a");
    assert.deepEqual(mapFaults(set), []);
    assert.equal(set.clear(), undefined);
    assert.equal(set.size, 0);
    assert.deepEqual([...set], []);
    assert.deepEqual(mapFaults(set), []);
  });

  test("does what a Set does, over many random steps", (t) => {
    const seed = freshSeed();
    t.diagnostic(`seed ${seed}`);
    const random = randomFrom(seed);
    for (let round = 0; round < 20; round++) {
      const [set, model] = [new SharedSet<unknown>(), new Set<unknown>()];
      const range = 1 + Math.floor(random() * 300);
      for (let i = 0; i < 2000; i++) {
        const n = Math.floor(random() * range);
        const value = n % 2 === 0 ? `value ${n}` : n;
        const which = random();
        if (which < 0.5) {
          set.add(value);
          model.add(value);
        } else if (which < 0.9) assert.equal(set.delete(value), model.delete(value));
        else if (which < 0.999) assert.equal(set.has(value), model.has(value));
        else {
          set.clear();
          model.clear();
        }
        assert.equal(set.size, model.size);
      }
      assert.deepEqual([...set], [...model], `seed ${seed}`);
      assert.deepEqual(mapFaults(set), [], `seed ${seed}`);
    }
  });

  test("is made of any iterable, or of nothing", () => {
    for (const values of [[1, 2, 1], new Set([1, 2]), new SharedSet([1, 2]), [1, 2].values()])
      assert.deepEqual([...new SharedSet<number>(values)], [1, 2]);
    assert.deepEqual([...new SharedSet("hello")], ["h", "e", "l", "o"]);
    for (const nothing of [undefined, null]) assert.equal(new SharedSet(nothing).size, 0);
  });

  test("gives values, keys and entries of the moment of the call", () => {
    const set = new SharedSet(["a", "b"]);
    const [values, keys, entries] = [set.values(), set.keys(), set.entries()];
    const seen: unknown[] = [];
    set.forEach((value, again, self) => {
      seen.push([value, again, self === set]);
      set.delete(value);
      set.add(`${value}!`);
    });
    assert.deepEqual(seen, [
      ["a", "a", true],
      ["b", "b", true],
    ]);
    assert.deepEqual([...values], ["a", "b"]);
    assert.deepEqual([...keys], ["a", "b"]);
    assert.deepEqual(
      [...entries],
      [
        ["a", "a"],
        ["b", "b"],
      ],
    );
    assert.deepEqual([...set], ["a!", "b!"]);
  });

  test("prints as a Set does", () => {
    assert.equal(inspect(new SharedSet()), "SharedSet(0) {}");
    assert.equal(inspect(new SharedSet([1, "two"])), "SharedSet(2) { 1, 'two' }");
  });

  test("lets one thread of many put in a value first, exactly", async () => {
    const set = new SharedSet<string>();
    const [ready, taken] = [new SharedInt32(), new SharedInt32()];
    await joinAll(
      [1, 2, 3].map(() =>
        start(
          (set, ready, taken) => {
            ready.add(1);
            while (ready.value < 3);
            for (let i = 0; i < 2000; i++) set.add(`value ${i}`);
            for (let i = 0; i < 2000; i++) if (set.delete(`value ${i}`)) taken.add(1);
          },
          set,
          ready,
          taken,
        ),
      ),
    );
    // What one deleted another may have put in again, but all that went in came out.
    assert.equal(set.size, 0);
    assert.ok(taken.value >= 2000, `${taken.value} were taken out`);
    assert.deepEqual(mapFaults(set), []);
  });

  test("gives its memory back", () => {
    const set = new SharedSet<string>();
    const before = usedBytes();
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 20_000; i++) set.add(`value ${i}`);
      if (round === 1) set.clear();
      else for (let i = 0; i < 20_000; i++) assert.equal(set.delete(`value ${i}`), true);
      assert.ok(tableWords(set) <= 64);
    }
    set.clear();
    assert.ok(usedBytes() <= before, `${usedBytes() - before} bytes more`);
  });
});
