/** Containers when shared memory is full: what can't be done is not done, nothing is lost, and room is used again. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import "../fixtures/small-arena.cjs";

const { allocatorFaults, census } = await import("../harness/arena.ts");
const { allocate, release } = await import("../../src/memory/allocator.ts");
const { dismiss } = await import("../../src/memory/handle.ts");
const { Kind } = await import("../../src/memory/layout.ts");
const { SharedList } = await import("../../src/shared/list.ts");
const { SharedRef } = await import("../../src/shared/ref.ts");
const { setOutgoing } = await import("../../src/threading/outgoing.ts");
const outgoing = await import("../../src/capture/outgoing.ts");
setOutgoing(() => outgoing);

type List = InstanceType<typeof SharedList<unknown>>;

const ballast: number[] = [];
/** Takes all that is left, in ever smaller blocks. */
function fill(): void {
  for (let size = 8192; size >= 4; size = Math.floor(size / 2)) {
    try {
      for (;;) ballast.push(allocate(Kind.Text, size));
    } catch (error) {
      assert.equal((error as { code: string }).code, "ARENA_FULL");
    }
  }
}
function empty(): void {
  for (const at of ballast.splice(0)) release(at);
}
after(empty);

const total = () => Object.values(census()).reduce((sum, count) => sum + count, 0);
const FULL = { name: "RangeError", code: "ARENA_FULL" };
const text = (n: number) => `item ${n} `.repeat(5);

describe("with no shared memory left", () => {
  /** Each needs a block: for the value, for a larger ring, or for a copy of the whole. */
  const calls: [name: string, count: number, run: (list: List) => unknown][] = [
    ["push", 3, (list) => list.push("new".repeat(20))],
    ["push that needs a larger ring only", 10, (list) => list.push(1)],
    ["push of two that needs a larger ring", 10, (list) => list.push(1, 2)],
    ["push of many", 3, (list) => list.push("a", 1.5, "b")],
    ["unshift", 3, (list) => list.unshift("new".repeat(20))],
    ["unshift that needs a larger ring only", 10, (list) => list.unshift(1)],
    ["insert", 3, (list) => list.insert(1, "new".repeat(20))],
    ["insert that needs a larger ring only", 10, (list) => list.insert(5, 1)],
    ["set", 3, (list) => list.set(0, "new".repeat(20))],
    ["a loop", 3, (list) => [...list]],
    ["slice", 3, (list) => list.slice(1)],
    ["new SharedList", 3, () => new SharedList([1, 2])],
    ["new SharedRef", 3, () => new SharedRef("x".repeat(100))],
  ];
  for (const [name, count, run] of calls) {
    test(`${name} is refused, and the list is as it was`, () => {
      const items = Array.from({ length: count }, (_, i) => text(i));
      const list = new SharedList<unknown>(items);
      fill();
      const before = total();
      try {
        for (let i = 0; i < 3; i++) assert.throws(() => run(list), FULL);
        assert.equal(total(), before, "blocks are left over");
        for (const [i, item] of items.entries()) assert.equal(list.at(i), item);
        assert.equal(list.length, count);
      } finally {
        empty();
      }
      assert.deepEqual(allocatorFaults(), []);
      run(list);
      assert.deepEqual(
        list.toArray().filter((item) => items.includes(item as string)).length >= count - 1,
        true,
      );
      dismiss(list);
    });
  }

  test("what gives memory back is done: pop, shift, removeAt, clear", () => {
    const list = new SharedList<unknown>(Array.from({ length: 200 }, (_, i) => text(i)));
    fill();
    try {
      assert.equal(list.pop(), text(199));
      assert.equal(list.shift(), text(0));
      assert.equal(list.removeAt(3), text(4));
      // It would be made smaller, and can't be: then it stays as it is.
      for (let i = 0; i < 150; i++) list.pop();
      assert.equal(list.length, 47);
      list.clear();
      assert.equal(list.length, 0);
    } finally {
      empty();
    }
    assert.deepEqual(allocatorFaults(), []);
    dismiss(list);
  });

  test("a SharedRef keeps its value, and can be updated again later", () => {
    const ref = new SharedRef<unknown>(text(1));
    const before = total();
    fill();
    try {
      const filled = total();
      assert.throws(() => ref.set("x".repeat(100)), FULL);
      assert.throws(() => ref.update(() => "x".repeat(100)), FULL);
      assert.throws(() => ref.update(() => 0.5), FULL);
      assert.equal(ref.get(), text(1));
      assert.equal(total(), filled);
    } finally {
      empty();
    }
    assert.equal(total(), before);
    assert.equal(
      ref.update((value) => `${value}!`),
      `${text(1)}!`,
    );
    dismiss(ref);
  });
});
