/** sharedArray: typed arrays that all threads see. */
import assert from "node:assert/strict";
import { describe, test } from "../harness/tests.ts";
import "../harness/watchdog.ts";
import { sharedArray, type TypedArrayConstructor } from "threadkit";
import { joinAll, start, startEach } from "../harness/threads.ts";

const TYPES: TypedArrayConstructor[] = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
];
const Float16 = (globalThis as { Float16Array?: TypedArrayConstructor }).Float16Array;
if (Float16 !== undefined) TYPES.push(Float16);

const isBig = (type: TypedArrayConstructor) => type.name.startsWith("Big");

for (const type of TYPES) {
  describe(`a shared ${type.name}`, () => {
    const items = isBig(type) ? [1n, 2n, 3n] : [1, 2, 3];

    test("is a plain typed array on shared memory of its own", () => {
      const array = sharedArray(type, 3) as Int8Array;
      assert.equal(Object.getPrototypeOf(array), type.prototype);
      assert.ok(array.buffer instanceof SharedArrayBuffer);
      assert.equal(array.buffer.byteLength, 3 * type.BYTES_PER_ELEMENT);
      assert.deepEqual([...array].map(Number), [0, 0, 0]);
      assert.equal(sharedArray(type, 0).length, 0);
    });

    test("holds the items that it was made of", () => {
      const own = Reflect.construct(type, [items]) as Iterable<unknown>;
      for (const source of [items, new Set<unknown>(items), own])
        assert.deepEqual([...(sharedArray(type, source as Iterable<never>) as Iterable<unknown>)], items);
      assert.equal(sharedArray(type, []).length, 0);
    });

    test("crosses by reference, as an argument, a captured variable and inside of others", async () => {
      const array = sharedArray(type, items as Iterable<never>);
      await joinAll([
        start(
          (given, { deep: [inner] }, big: boolean) => {
            const value = (n: number) => (big ? BigInt(n) : n) as never;
            given[0] = value(10);
            array[1] = value(20);
            inner[2] = value(30);
          },
          array as Int32Array,
          { deep: [array as Int32Array] },
          isBig(type),
        ),
      ]);
      assert.deepEqual([...array].map(Number), [10, 20, 30]);
    });
  });
}

describe("a shared array", () => {
  test("can be counted in by Atomics from many threads", async () => {
    const counts = sharedArray(Int32Array, 4);
    const big = sharedArray(BigInt64Array, 1);
    await joinAll(
      startEach(
        (into: Int32Array, total: BigInt64Array, id: number) => {
          for (let i = 0; i < 10_000; i++) {
            Atomics.add(into, id, 1);
            Atomics.add(into, 3, 1);
            Atomics.add(total, 0, 1n);
          }
        },
        [0, 1, 2].map((id) => [counts, big, id] as const),
      ),
    );
    assert.deepEqual([...counts], [10_000, 10_000, 10_000, 30_000]);
    assert.equal(big[0], 30_000n);
  });

  test("converts numbers as an assignment does", () => {
    assert.deepEqual([...sharedArray(Uint8Array, [300, -1, 1.9])], [44, 255, 1]);
    assert.deepEqual([...sharedArray(Uint8ClampedArray, [300, -1, 1.5])], [255, 0, 2]);
    assert.deepEqual([...sharedArray(BigUint64Array, [-1n])], [2n ** 64n - 1n]);
  });

  test("keeps its memory apart from other arrays", () => {
    const [a, b] = [sharedArray(Uint8Array, 1), sharedArray(Uint8Array, 1)];
    a[0] = 1;
    assert.equal(b[0], 0);
    assert.notEqual(a.buffer, b.buffer);
  });
});
