/** SharedList: what users see of it. */
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { describe, test } from "../harness/tests.ts";
import "../harness/watchdog.ts";
import { Lock, SharedInt32, SharedList, SharedRef, Thread } from "threadkit";
import { Session } from "../fixtures/local/session.ts";
import { randomFrom } from "../harness/random.ts";
import { joinAll, start, startEach } from "../harness/threads.ts";

const LONG_TEXT = "text ".repeat(100);

describe("a SharedList", () => {
  test("holds what it was made of, in order", () => {
    assert.deepEqual([...new SharedList([3, 1, 2])], [3, 1, 2]);
    assert.deepEqual([...new SharedList(new Set("abc"))], ["a", "b", "c"]);
    assert.deepEqual([...new SharedList("xyz")], ["x", "y", "z"]);
    assert.equal(new SharedList().length, 0);
    assert.equal(new SharedList(undefined).length, 0);
    assert.equal(new SharedList(Array.from({ length: 100_000 }, (_, i) => i)).at(-1), 99_999);
  });

  test("gives back every value as it was", () => {
    const date = new Date(5);
    const values: unknown[] = [
      0, -0, 1, -1, 2 ** 30 - 1, 2 ** 30, -(2 ** 30), -(2 ** 30) - 1, 2 ** 31, 2 ** 53, 1.5, Number.NaN,
      Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.MIN_VALUE, true, false, null, undefined, "",
      "a", LONG_TEXT, "中文", 0n, -1n, 2n ** 100n, { a: [1, { b: 2 }] }, new Array(2), date, /x/g, new Map([[1, 2]]),
      new Set([1]), new Uint8Array([1, 2]), new TypeError("no"),
    ]; // biome-ignore format: a table
    const list = new SharedList<unknown>();
    for (const value of values) list.push(value);
    assert.deepEqual(list.toArray(), values);
    for (const [i, value] of values.entries()) {
      assert.deepEqual(list.at(i), value);
      assert.ok(Object.is(list.at(i), value) || typeof value === "object", `number ${i}`);
    }
    for (const value of values) assert.deepEqual(list.shift(), value);
    assert.equal(list.length, 0);
  });

  test("copies values in and out", () => {
    const value = { n: 1 };
    const list = new SharedList([value]);
    value.n = 2;
    const got = list.at(0);
    assert.deepEqual(got, { n: 1 });
    assert.ok(got);
    got.n = 3;
    assert.deepEqual(list.at(0), { n: 1 });
  });

  test("holds shared objects by reference", () => {
    const [lock, inner, ref] = [new Lock(), new SharedList([1]), new SharedRef("r")];
    const list = new SharedList<unknown>([lock, inner, ref]);
    assert.equal(list.at(0), lock);
    assert.equal(list.at(1), inner);
    assert.equal(list.pop(), ref);
    const deep = new SharedList([{ at: { depth: lock } }]);
    assert.equal(deep.at(0)?.at.depth, lock);
  });

  test("holds functions with what they capture", () => {
    const factor = 3;
    const list = new SharedList([(n: number) => n * factor]);
    assert.equal(list.at(0)?.(5), 15);
    assert.equal(list.pop()?.(5), 15);
  });

  test("keeps a function whose modules the thread has not loaded, until it has", async () => {
    const list = new SharedList<() => string>(["first", "last"].map((name) => () => new Session(name).label));
    const out = new SharedList<string>();
    await joinAll([
      start(
        async (from: SharedList<() => string>, seen: SharedList<string>) => {
          randomFrom(1); // a module of its own, so that the thread can load TypeScript under every loader
          const attempts = [() => from.pop(), () => from.shift(), () => from.removeAt(0), () => from.at(0)];
          for (const attempt of attempts) {
            try {
              attempt();
              seen.push("read");
            } catch (error) {
              seen.push((error as { code: string }).code);
            }
          }
          seen.push(String(from.length));
          // It is being loaded.
          for (let item: (() => string) | undefined; item === undefined; ) {
            await new Promise((resolve) => setTimeout(resolve, 1));
            try {
              item = from.pop();
              seen.push(item?.() ?? "nothing");
            } catch {}
          }
        },
        list,
        out,
      ),
    ]);
    assert.deepEqual([...out], [...Array(4).fill("MODULE_NOT_LOADED"), "2", "last 0"]);
    assert.equal(list.length, 1);
  });

  test("may hold itself", () => {
    const list = new SharedList<unknown>();
    list.push(list);
    assert.equal(list.at(0), list);
    assert.equal(list.includes(list), true);
    assert.match(inspect(list, { depth: null }), /SharedList\(1\) \[ \[SharedList\(1\)\] \]/);
    list.clear();
  });

  test("pushes and unshifts many in one step, and says how many there are then", () => {
    const list = new SharedList<number>();
    assert.equal(list.push(3), 1);
    assert.equal(list.push(4, 5, 6), 4);
    assert.equal(list.unshift(2), 5);
    assert.equal(list.unshift(0, 1), 7);
    assert.equal(list.push(), 7);
    assert.equal(list.unshift(), 7);
    assert.deepEqual([...list], [0, 1, 2, 3, 4, 5, 6]);
  });

  test("pops and shifts, and says undefined when it is empty", () => {
    const list = new SharedList([1, 2, 3]);
    assert.equal(list.pop(), 3);
    assert.equal(list.shift(), 1);
    assert.equal(list.pop(), 2);
    assert.equal(list.pop(), undefined);
    assert.equal(list.shift(), undefined);
    assert.equal(list.removeAt(0), undefined);
    assert.equal(list.length, 0);
  });

  test("reads at an index, from the end too", () => {
    const list = new SharedList(["a", "b", "c"]);
    assert.deepEqual(
      [0, 2, 3, -1, -3, -4, 2 ** 40, -(2 ** 40)].map((i) => list.at(i)),
      ["a", "c", undefined, "c", "a", undefined, undefined, undefined],
    );
  });

  test("sets what is there, from the end too, and nothing else", () => {
    const list = new SharedList<unknown>(["a", "b", "c"]);
    list.set(0, "A");
    list.set(-1, { c: 1 });
    assert.deepEqual([...list], ["A", "b", { c: 1 }]);
    for (const index of [3, -4, 2 ** 40]) {
      assert.throws(() => list.set(index, LONG_TEXT), { name: "RangeError", code: "INDEX_OUT_OF_RANGE" });
    }
    assert.equal(list.length, 3);
  });

  test("inserts and removes anywhere as splice does, also round the end of its ring", () => {
    for (let turns = 0; turns < 12; turns++) {
      for (let index = -9; index <= 9; index++) {
        const array = Array.from({ length: 7 }, (_, i) => `item ${i}`);
        const list = new SharedList(array);
        for (let i = 0; i < turns; i++) {
          list.push(list.shift() as string);
          array.push(array.shift() as string);
        }
        array.splice(index, 0, "new");
        assert.equal(list.insert(index, "new"), 8);
        assert.deepEqual([...list], array, `insert at ${index} after ${turns} turns`);
        const [removed] = index >= -8 ? array.splice(index, 1) : [];
        assert.equal(list.removeAt(index), removed);
        assert.deepEqual([...list], array, `removeAt ${index} after ${turns} turns`);
      }
    }
  });

  test("finds primitives by value and shared objects by identity", () => {
    const [lock, other] = [new Lock(), new Lock()];
    const symbol = Symbol.for("threadkit.test");
    const values: unknown[] = [
      5,
      1.5,
      "s",
      LONG_TEXT,
      "中",
      7n,
      2n ** 70n,
      true,
      null,
      undefined,
      lock,
      symbol,
      5,
    ];
    const list = new SharedList<unknown>(values);
    for (const [i, value] of values.slice(0, -1).entries()) {
      assert.equal(list.indexOf(value), i, String(value));
      assert.equal(list.includes(value), true, String(value));
    }
    const rope = ["te", "xt "].join("").repeat(99) + ["te", "xt "].join("");
    assert.equal(list.indexOf(rope), 3, "a string that was put together in another way");
    for (const value of [6, 2.5, "S", "text", "中文", 8n, 2n ** 71n, false, other, "", 0, "5"])
      assert.equal(list.indexOf(value), -1, String(value));
  });

  test("takes 0 and -0 for the same, and finds NaN by includes only, as arrays do", () => {
    const list = new SharedList([-0, Number.NaN]);
    const array = [-0, Number.NaN];
    for (const value of [0, -0, Number.NaN]) {
      assert.equal(list.indexOf(value), array.indexOf(value));
      assert.equal(list.includes(value), array.includes(value));
    }
    assert.equal(new SharedList([0]).indexOf(-0), 0);
  });

  test("loops over what it held at the call", () => {
    const list = new SharedList<unknown>([1, "two", { three: 3 }]);
    const iterator = list[Symbol.iterator]();
    list.clear();
    list.push("later");
    assert.deepEqual([...iterator], [1, "two", { three: 3 }]);
    assert.deepEqual([...iterator], [], "an iterator is used up");
    const seen: unknown[] = [];
    const growing = new SharedList([1, 2]);
    for (const n of growing) {
      seen.push(n);
      growing.push(n);
    }
    growing.forEach((n, i) => {
      seen.push([n, i]);
    });
    assert.deepEqual(seen, [1, 2, [1, 0], [2, 1], [1, 2], [2, 3]]);
  });

  test("slices as arrays do", () => {
    const array = ["a", "b", "c", "d"];
    const list = new SharedList(array);
    for (let from = -6; from <= 6; from++) {
      assert.deepEqual(list.slice(from), array.slice(from), String(from));
      for (let to = -6; to <= 6; to++)
        assert.deepEqual(list.slice(from, to), array.slice(from, to), `${from}, ${to}`);
    }
    assert.deepEqual(list.slice(), array);
  });

  test("is an array in JSON, and prints its items", () => {
    const list = new SharedList<unknown>([1, "a", { b: [2] }]);
    assert.equal(JSON.stringify({ list }), '{"list":[1,"a",{"b":[2]}]}');
    assert.equal(inspect(list), "SharedList(3) [ 1, 'a', { b: [ 2 ] } ]");
    assert.equal(inspect([[[list]]]), "[ [ [ [SharedList(3)] ] ] ]");
  });

  test("is the same list in every thread", async () => {
    const list = new SharedList<unknown>(["main"]);
    const thread = start((same: SharedList<unknown>) => {
      list.push("captured");
      same.push("argument", { deep: [same] });
      same.set(0, list === same);
    }, list);
    await joinAll([thread]);
    assert.deepEqual(list.slice(0, 3), [true, "captured", "argument"]);
    assert.equal((list.at(3) as { deep: unknown[] }).deep[0], list);
    list.clear();
  });

  test("is seen at once by a thread that waits for it", async () => {
    const [there, back] = [new SharedList<number>(), new SharedList<number>()];
    const thread = start(
      (from: SharedList<number>, to: SharedList<number>) => {
        for (let n = 0; n < 200; ) {
          const got = from.shift();
          if (got === undefined) continue;
          if (got !== n++) throw new Error(`${got} came`);
          to.push(got);
        }
      },
      there,
      back,
    );
    for (let n = 0; n < 200; n++) {
      there.push(n);
      while (back.length <= n && thread.isAlive());
    }
    await joinAll([thread]);
    assert.deepEqual(
      [...back],
      Array.from({ length: 200 }, (_, n) => n),
    );
  });

  test("loses and doubles nothing when many threads push and take", async () => {
    const [list, taken] = [new SharedList<string>(), new SharedInt32()];
    const PER = 2000;
    await joinAll([
      ...startEach(
        (to: SharedList<string>, id: number, per: number) => {
          for (let n = 0; n < per; n++) (n % 2 === 0 ? to.push : to.unshift).call(to, `${id}:${n}`);
        },
        [1, 2].map((id) => [list, id, PER] as const),
      ),
      ...startEach(
        (from: SharedList<string>, count: SharedInt32, seen: SharedList<string>, all: number) => {
          while (count.value < all) {
            const got = count.value % 2 === 0 ? from.pop() : from.shift();
            if (got === undefined) continue;
            seen.push(got);
            count.add(1);
          }
        },
        [1, 2].map(() => [list, taken, new SharedList<string>(), 2 * PER] as const),
      ),
    ]);
    assert.equal(taken.value, 2 * PER);
    assert.equal(list.length, 0);
  });

  test("gives an iterator of an abandoned loop no hold on the thread", () => {
    const list = new SharedList(["a", "b"]);
    for (const value of list) {
      assert.equal(value, "a");
      break;
    }
    const [first] = list;
    assert.equal(first, "a");
  });

  test("can be made in a thread that ends", async () => {
    const out = new SharedList<SharedList<string>>();
    await joinAll([
      start((to: SharedList<SharedList<string>>) => to.push(new SharedList(["made", "there"])), out),
    ]);
    assert.deepEqual([...(out.at(0) ?? [])], ["made", "there"]);
    assert.ok(new Thread({ target: () => {} }));
  });
});
