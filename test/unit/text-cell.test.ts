/** Strings as cells: every unit of every string comes back, and lookups without decoding agree with `===`. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { release } from "../../src/memory/allocator.ts";
import { words } from "../../src/memory/arena.ts";
import { H_USED } from "../../src/memory/layout.ts";
import { portable } from "../../src/memory/units.ts";
import { open, pack } from "../../src/shared/cell.ts";
import { hashNumber, hashText, hashWord } from "../../src/shared/hash.ts";
import { isText, openText, packText } from "../../src/shared/text-cell.ts";
import { freshSeed, randomFrom } from "../harness/random.ts";

const LENGTHS = [
  0, 1, 2, 3, 4, 5, 7, 8, 11, 12, 13, 31, 32, 33, 47, 48, 49, 50, 99, 100, 101, 4095, 4096, 4097, 70_000,
];
/** What units a string is made of. */
const ALPHABETS: Record<string, (random: () => number) => number> = {
  ascii: (random) => 32 + Math.floor(random() * 95),
  "Latin-1, zero included": (random) => Math.floor(random() * 256),
  Chinese: (random) => 0x4e00 + Math.floor(random() * 0x5000),
  "any unit, lone surrogates included": (random) => Math.floor(random() * 0x10000),
  "ascii, and at last one wide unit": (random) => 65 + Math.floor(random() * 26),
};

function textOf(name: string, length: number, random: () => number): string {
  const units = Array.from({ length }, () => ALPHABETS[name](random));
  if (name.includes("at last") && length > 0) units[length - 1] = 0xd834;
  let text = "";
  for (const unit of units) text += String.fromCharCode(unit);
  return text;
}

describe("a string as a cell", () => {
  for (const name of Object.keys(ALPHABETS)) {
    test(`comes back unit by unit: ${name}`, (t) => {
      const seed = freshSeed();
      t.diagnostic(`seed ${seed}`);
      const random = randomFrom(seed);
      for (const length of LENGTHS) {
        const text = textOf(name, length, random);
        const at = packText(text);
        assert.ok(openText(at) === text, `length ${length}, seed ${seed}`);
        assert.ok(open(at) === text);
        assert.ok(isText(at, text), `length ${length} is itself`);
        assert.ok(!isText(at, `${text}x`));
        for (const at1 of [0, length >> 1, length - 1]) {
          if (length === 0) continue;
          const other = `${text.slice(0, at1)}${String.fromCharCode(text.charCodeAt(at1) ^ 1)}${text.slice(at1 + 1)}`;
          assert.ok(!isText(at, other), `length ${length}, unit ${at1} differs`);
          const wide = `${text.slice(0, at1)}${String.fromCharCode(text.charCodeAt(at1) ^ 0x100)}${text.slice(at1 + 1)}`;
          assert.ok(!isText(at, wide), `length ${length}, unit ${at1} differs in its upper byte`);
        }
        release(at);
      }
    });
  }

  test("takes a byte a unit if each fits in one, else two", () => {
    const used = () => words[H_USED];
    const sizeOf = (text: string) => {
      const before = used();
      const at = packText(text);
      const size = used() - before;
      release(at);
      assert.equal(used(), before);
      return size;
    };
    release(packText(""));
    assert.equal(sizeOf("x".repeat(20)), 32);
    assert.equal(sizeOf("x".repeat(1000)), 1024);
    assert.equal(sizeOf("\u00ff".repeat(1000)), 1024);
    assert.equal(sizeOf(`${"x".repeat(999)}\u0100`), 2048);
  });

  test("is what pack makes of a string", () => {
    const cell = pack("hello", "a value", {});
    assert.ok(isText(cell, "hello"));
    release(cell);
  });

  test("is written and read the same without the host's own conversions", () => {
    const random = randomFrom(7);
    for (const length of [0, 1, 5, 100, 5000]) {
      const narrow = textOf("Latin-1, zero included", length, random);
      const wide = textOf("any unit, lone surrogates included", length, random);
      const bytes = new Uint8Array(length * 2 + 8);
      portable.latin1Write.call(bytes, narrow, 4);
      assert.equal(portable.latin1Slice.call(bytes, 4, 4 + length), narrow);
      portable.ucs2Write.call(bytes, wide, 4);
      assert.ok(portable.ucs2Slice.call(bytes, 4, 4 + length * 2) === wide);
    }
  });
});

describe("hashes of keys", () => {
  test("are those of HalfSipHash-1-3's rounds: every unit, the length and the seed count", () => {
    const base = hashText("hello, thread", 1, 2);
    assert.equal(hashText("hello, thread", 1, 2), base);
    for (const other of [
      "hello, threae",
      "Hello, thread",
      "hello, thread\0",
      "hello, threa",
      "hello, thrdea",
    ])
      assert.notEqual(hashText(other, 1, 2), base, other);
    assert.notEqual(hashText("hello, thread", 2, 2), base);
    assert.notEqual(hashText("hello, thread", 1, 3), base);
    assert.notEqual(hashText("", 1, 2), hashText("\0", 1, 2));
    assert.notEqual(hashText("\u0161", 1, 2), hashText("a", 1, 2), "the upper byte counts");
  });

  test("spread strings, integers and floats over the buckets", () => {
    for (const [what, hash] of [
      ["strings", (i: number) => hashText(`key ${i}`, 11, 22)],
      ["integers", (i: number) => hashWord(2 * i + 1, 11)],
      ["integers far apart", (i: number) => hashWord((i << 16) | 1, 11)],
      ["floats", (i: number) => hashNumber(i + 0.5, 11, 22)],
    ] as const) {
      const buckets = new Int32Array(1024);
      for (let i = 0; i < 10_240; i++) buckets[hash(i) & 1023]++;
      // Ten a bucket on average; 40 would not come by chance in the age of the universe.
      assert.ok(Math.max(...buckets) < 40, `${what}: ${Math.max(...buckets)} in one bucket`);
    }
  });
});
