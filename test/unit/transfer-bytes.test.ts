/** Bytes: read from shared memory, safe when encoders nest, and an error when they are damaged. */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { portable } from "../../src/memory/units.ts";
import { decode } from "../../src/transfer/decode.ts";
import { encode } from "../../src/transfer/encode.ts";
import { adopt, options, shared } from "./transfer-support.ts";

describe("bytes", () => {
  it("are read from shared memory, from a private copy", () => {
    const value = { a: "text é 中", b: [1, 2.5, new Uint8Array(100_000).fill(3)], c: { d: 5n } };
    const { bytes } = encode(value, options());
    const memory = new Uint8Array(new SharedArrayBuffer(bytes.length + 5), 5);
    memory.set(bytes);
    const back = decode(memory, { extras: [], adopt }) as typeof value;
    memory.fill(0xff);
    assert.deepStrictEqual(back, value);
    const small = new Uint8Array(new SharedArrayBuffer(16));
    small.set(encode([1, "a"], options()).bytes);
    assert.deepStrictEqual(decode(small, { extras: [], adopt }), [1, "a"]);
  });

  it("of an inner encode do not disturb the outer one", () => {
    let inner: Uint8Array | undefined;
    const value = {
      a: "before",
      get b() {
        inner = encode("inner".repeat(10), options()).bytes;
        return "in";
      },
      c: "after",
    };
    const outer = encode(value, options()).bytes;
    assert.equal(decode(inner!, { extras: [], adopt }), "inner".repeat(10));
    assert.deepStrictEqual(decode(outer, { extras: [], adopt }), { a: "before", b: "in", c: "after" });
  });

  it("cut short anywhere are an error", () => {
    const { bytes } = encode(
      [{ a: 1.5, b: "x".repeat(50) }, new Map([[1, new Date()]]), new Error("e"), /a/],
      options(),
    );
    for (let end = 0; end < bytes.length; end++) {
      assert.throws(
        () => decode(bytes.slice(0, end), { extras: [], adopt }),
        { code: "CORRUPT_MESSAGE" },
        `${end}`,
      );
    }
  });

  it("with any damage end in a value or an error, and never hang", () => {
    const error = Object.assign(new TypeError("e", { cause: { a: [1] } }), { code: "X" });
    const sent = [
      { a: 1.5, b: ["x", 9n] },
      new Map([[1, new Date()]]),
      error,
      /a/,
      new Uint16Array(4),
      Object.assign(new Array(2), { 1: 1 }),
    ];
    const bytes = encode(sent, { label: "x", shared }).bytes.slice();
    for (let at = 0; at < bytes.length; at++) {
      for (const value of [0, 1, 0x7f, 0x80, 0xac, 0xad, 0xae, 0xb4, 0xb6, 0xbb, 0xc0, 0xff]) {
        const damaged = bytes.slice();
        damaged[at] = value;
        try {
          decode(damaged, { extras: [], adopt });
        } catch (error) {
          assert.ok(error instanceof Error);
        }
      }
    }
  });

  it("nested deeper than any message are an error of their own", () => {
    const bytes = new Uint8Array(300_000);
    for (let i = 0; i < bytes.length; i += 2) bytes.set([0xae, 2], i);
    assert.throws(() => decode(bytes, { extras: [], adopt }), /it is nested too deeply/);
  });

  it("the portable string readers agree with the host's", () => {
    const text = "é".repeat(10_000);
    const bytes = Uint8Array.from(text, (c) => c.charCodeAt(0));
    assert.equal(portable.latin1Slice.call(bytes, 0, bytes.length), text);
    const wide = "中\ud800".repeat(5000);
    const odd = new Uint8Array(wide.length * 2 + 1);
    Buffer.from(wide, "utf16le").copy(odd, 1);
    assert.equal(portable.ucs2Slice.call(odd, 1, odd.length), wide);
  });
});
