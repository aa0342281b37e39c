/** Every kind of value crosses as structured clone would carry it, or by reference where that is promised. */

import assert from "node:assert/strict";
import { createSecretKey } from "node:crypto";
import { describe, it } from "node:test";
import vm from "node:vm";
import { decode } from "../../src/transfer/decode.ts";
import { encode } from "../../src/transfer/encode.ts";
import { mark } from "../../src/transfer/marks.ts";
import { adopt, cross, Handle, options, wasm } from "./transfer-support.ts";

const sample: Record<string, unknown> = {
  undefined: undefined,
  null: null,
  true: true,
  false: false,
  "small integers": [0, 1, 127, 128, -1, -64, -65, 16383, 16384],
  "integers at the edge of 32 bits": [2147483647, -2147483648, 2147483648, -2147483649, 4294967295],
  "large integers": [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 2 ** 53, 1e300],
  doubles: [0.1, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324],
  bigints: [0n, 1n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 63n, 2n ** 200n, -(2n ** 200n)],
  "short strings": ["", "a", "abcdefghijkl", "abcdefghijklm", "x".repeat(31), "x".repeat(32)],
  "latin1 strings": ["é", "\x80\xff", "é".repeat(100), `${"a".repeat(100)}é`],
  "wide strings": ["中", "\ud83d\ude00", "ab中", "中".repeat(9000)],
  "long ascii": "x".repeat(100_000),
  dates: [new Date(0), new Date(1e12)],
  "regular expressions": [/a(b)/giu, /\//, /(?:)/dsy],
  boxed: [Object(1), Object("x"), Object(true), Object(5n), Object("\ud800")],
  arrays: [[], [1], [[]], new Array(3), Object.assign(new Array(3), { 0: 1, 2: 3 }), [undefined]],
  objects: { a: 1, "": 2, "b c": { d: [{}] }, 7: "seven" },
  maps: new Map<unknown, unknown>([
    [1, "a"],
    ["k", new Map()],
    [{ a: 1 }, new Set([1])],
  ]),
  sets: new Set<unknown>([1, "a", {}, [], Number.NaN]),
  buffers: [new ArrayBuffer(0), Uint8Array.of(1, 2, 3).buffer],
  "typed arrays": [
    Int8Array.of(-1),
    Uint8Array.of(255),
    Uint8ClampedArray.of(300),
    Int16Array.of(-300),
    Uint16Array.of(65535),
    Int32Array.of(-70000),
    Uint32Array.of(4e9),
    Float32Array.of(0.5),
    Float64Array.of(0.1, Number.NaN),
    BigInt64Array.of(-1n),
    BigUint64Array.of(2n ** 63n),
    new DataView(new ArrayBuffer(9), 3, 4),
    new Uint16Array(0),
  ],
};

describe("values", () => {
  for (const [name, value] of Object.entries(sample)) {
    it(`${name} arrive as structured clone carries them`, () => {
      assert.deepStrictEqual(cross(value), structuredClone(value));
    });
  }

  it("an invalid date arrives as an invalid date", () => {
    assert.ok(Number.isNaN(cross(new Date(Number.NaN)).getTime()));
  });

  it("lone surrogates survive", () => {
    assert.equal(cross("a\ud800b"), "a\ud800b");
  });

  it("registered and well-known symbols arrive as themselves", () => {
    assert.equal(cross(Symbol.for("tk")), Symbol.for("tk"));
    assert.equal(cross(Symbol.asyncIterator), Symbol.asyncIterator);
  });

  it("extra properties and holes of arrays are kept", () => {
    const match = /b(?<c>c)/.exec("abc")!;
    assert.deepStrictEqual(cross(match), structuredClone(match));
    const sparse: unknown[] = [];
    sparse[4_000_000_000] = "far";
    const back = cross(sparse);
    assert.equal(back.length, 4_000_000_001);
    assert.deepEqual(Object.keys(back), ["4000000000"]);
  });

  it("objects without a prototype and arguments objects arrive as plain objects", () => {
    const bare = Object.assign(Object.create(null), { a: 1 });
    assert.deepStrictEqual(cross(bare), { a: 1 });
    function args(..._: unknown[]) {
      // biome-ignore lint/complexity/noArguments: the point
      return arguments;
    }
    assert.deepStrictEqual(cross(args(1, "b")) as unknown, { 0: 1, 1: "b" });
  });

  it("a field named __proto__ stays a field", () => {
    const back = cross(JSON.parse('{"__proto__":{"x":1},"a":1}'));
    assert.equal(Object.getPrototypeOf(back), Object.prototype);
    assert.deepStrictEqual(Object.getOwnPropertyDescriptor(back, "__proto__")!.value, { x: 1 });
  });

  it("getters are read, symbol keys and hidden fields stay behind", () => {
    const value = Object.defineProperty(
      {
        get a() {
          return 1;
        },
        [Symbol("s")]: 2,
      },
      "hidden",
      { value: 3 },
    );
    assert.deepStrictEqual(cross(value) as object, { a: 1 });
  });

  it("values of another context arrive as values of this one", () => {
    const foreign = vm.runInNewContext(
      "({ m: new Map([[1, [new Date(5), /x/g]]]), s: new Set([new Uint8Array(2)]) })",
    );
    const back = cross(foreign);
    assert.deepStrictEqual(back, { m: new Map([[1, [new Date(5), /x/g]]]), s: new Set([new Uint8Array(2)]) });
  });

  it("URL and URLSearchParams arrive by value", () => {
    const url = cross(new URL("https://a.b/c?d=é#f"));
    assert.ok(url instanceof URL);
    assert.equal(url.href, "https://a.b/c?d=%C3%A9#f");
    assert.equal(cross(new URLSearchParams("a=1&a=2")).toString(), "a=1&a=2");
  });
});

describe("buffers", () => {
  it("views that share a buffer share it still", () => {
    const buffer = new ArrayBuffer(16);
    const [a, b] = cross([new Uint8Array(buffer, 4, 4), new DataView(buffer)] as const);
    a[0] = 7;
    assert.equal(b.getUint8(4), 7);
    assert.equal(a.buffer, b.buffer);
  });

  it("a Buffer arrives as a Uint8Array of its window only", () => {
    const back = cross(Buffer.from("hello")) as Uint8Array;
    assert.equal(Object.getPrototypeOf(back), Uint8Array.prototype);
    assert.deepEqual([...back], [...Buffer.from("hello")]);
    assert.equal(back.buffer.byteLength, 5);
  });

  it("resizable buffers and views that follow them stay so", () => {
    const buffer = new ArrayBuffer(4, { maxByteLength: 16 });
    const [back, follows, fixed] = cross([
      buffer,
      new Uint8Array(buffer),
      new Uint8Array(buffer, 0, 2),
    ] as const);
    assert.equal(back.maxByteLength, 16);
    back.resize(8);
    assert.deepEqual([follows.length, fixed.length], [8, 2]);
  });

  it("shared memory goes by reference at any depth", () => {
    const memory = new SharedArrayBuffer(8);
    const view = new Int32Array(memory, 4, 1);
    const back = cross({ deep: [new Map([["k", { memory, view }]])] });
    const got = back.deep[0].get("k")!;
    assert.equal(got.memory, memory);
    got.view[0] = 9;
    assert.equal(view[0], 9);
  });
});

describe("what rides beside", () => {
  it("shared objects cross as kind and offset, and are listed once", () => {
    const handle = new Handle(123_456_789_012);
    const encoded = encode({ a: handle, b: [handle, new Handle(7)] }, options());
    assert.deepEqual(encoded.holds, [123_456_789_012, 7]);
    const back = decode(encoded.bytes, { extras: [], adopt }) as { a: Handle; b: Handle[] };
    assert.equal(back.a.at, 123_456_789_012);
    assert.equal(back.b[0], back.a);
  });

  it("what only the host can carry is listed as extras", () => {
    const { port1, port2 } = new MessageChannel();
    const module_ = new wasm.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
    const memory = new wasm.Memory({ initial: 1, maximum: 1, shared: true });
    const moved = new ArrayBuffer(8);
    const values = [new Blob(["x"]), createSecretKey(Buffer.alloc(8)), module_, memory, port1, moved];
    for (const each of [port1, moved]) mark(each);
    const { bytes, extras } = encode([...values, values[0]], options());
    assert.deepEqual(
      extras.map((each, i) => each === values[i]),
      values.map(() => true),
    );
    const back = decode(bytes, { extras, adopt }) as unknown[];
    assert.equal(back[6], back[0]);
    port1.close();
    port2.close();
  });
});

describe("identity", () => {
  it("an object met twice is one object", () => {
    const one = { x: 1 };
    const [a, b] = cross([one, one]);
    assert.equal(a, b);
  });

  it("cycles hold through every container", () => {
    const map = new Map<unknown, unknown>();
    const set = new Set<unknown>();
    const root = { map, set, list: [] as unknown[] };
    map.set(root, map).set("set", set);
    set.add(root).add(set);
    root.list.push(root, root.list);
    const back = cross(root);
    assert.equal(back.map.get(back), back.map);
    assert.ok(back.set.has(back) && back.set.has(back.set));
    assert.equal(back.list[0], back);
    assert.equal(back.list[1], back.list);
  });

  it("holds for more objects than are scanned", () => {
    const all = Array.from({ length: 100 }, (_, i) => ({ i }));
    const back = cross([...all, ...all]);
    for (let i = 0; i < 100; i++) assert.equal(back[i], back[i + 100]);
  });

  it("a list of 200,000 nodes and 100,000 nested arrays cross without a deep stack", () => {
    interface Node_ {
      i: number;
      next?: Node_;
    }
    let list: Node_ = { i: 0 };
    const last = list;
    for (let i = 1; i < 200_000; i++) list = { i, next: list };
    let back: Node_ | undefined = cross(list);
    let count = 0;
    for (; back !== undefined; back = back.next) count++;
    assert.equal(count, 200_000);
    assert.equal(last.i, 0);
    let nested: unknown[] = ["end"];
    for (let i = 0; i < 100_000; i++) nested = i % 2 ? [nested] : [new Map([[nested, new Set([nested])]])];
    let depth = 0;
    for (let at: unknown = cross(nested); at !== "end"; depth++) {
      const inner: unknown = (at as unknown[])[0];
      at = inner instanceof Map ? [...inner.keys()][0] : inner;
    }
    assert.equal(depth, 100_001);
  });
});
