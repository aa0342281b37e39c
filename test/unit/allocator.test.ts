/** The allocator by itself, in one thread: classes, spans, reuse, growth, references. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { allocate, eachBlock, kindOf, onDispose, release, retain } from "../../src/memory/allocator.ts";
import { arenaBuffer, bytesAt, classFor, words } from "../../src/memory/arena.ts";
import {
  BLOCK_HEADER,
  CLASSES,
  H_FREE_PAGES,
  H_GUARD,
  H_NEXT_PAGE,
  H_USED,
  Kind,
  MAX_PAGES,
  PAGE_WORDS,
} from "../../src/memory/layout.ts";
import { repairAllocator } from "../../src/memory/repair.ts";
import { allocatorFaults } from "../harness/arena.ts";
import { freshSeed, randomFrom } from "../harness/random.ts";

const LARGEST = CLASSES[CLASSES.length - 1] - BLOCK_HEADER;
const consistent = () => assert.deepEqual(allocatorFaults(words), []);

function inUse(): Set<number> {
  const found = new Set<number>();
  eachBlock((at) => found.add(at));
  return found;
}

describe("a block of the arena", () => {
  test("is zeroed, has its kind and one reference", () => {
    const at = allocate(Kind.Mail, 6);
    assert.deepEqual([...words.subarray(at, at + 6)], [0, 0, 0, 0, 0, 0]);
    assert.equal(kindOf(at), Kind.Mail);
    assert.equal(words[at - 1], 1);
    release(at);
    consistent();
  });

  test("is aligned for 64-bit numbers, whatever its size", () => {
    const blocks = [1, 2, 6, 7, 14, 15, 100, LARGEST, LARGEST + 1].map((size) => allocate(Kind.Mail, size));
    for (const at of blocks) assert.equal(at % 2, 0);
    for (const at of blocks) release(at);
  });

  test("comes from the smallest class that holds it with its header", () => {
    for (const [index, size] of CLASSES.entries()) {
      assert.equal(classFor(size), index);
      assert.equal(classFor(size + 1), index + 1 < CLASSES.length ? index + 1 : -1);
      const before = words?.[H_USED] ?? 0;
      const at = allocate(Kind.Mail, size - BLOCK_HEADER);
      assert.equal(words[H_USED] - before, size * 4);
      release(at);
      assert.equal(words[H_USED], before);
    }
    consistent();
  });

  test("does not overlap any other of its class, up to the end of its page", () => {
    for (const size of CLASSES) {
      const perPage = PAGE_WORDS / size;
      const blocks = Array.from({ length: perPage + 1 }, () => allocate(Kind.Mail, size - BLOCK_HEADER));
      for (const at of blocks) words.fill(at, at, at + size - BLOCK_HEADER);
      for (const at of blocks) {
        assert.equal(words[at], at);
        assert.equal(words[at + size - BLOCK_HEADER - 1], at);
        assert.equal(kindOf(at), Kind.Mail);
        assert.equal(words[at - 1], 1);
      }
      assert.equal(new Set(blocks).size, blocks.length);
      for (const at of blocks) release(at);
    }
    consistent();
  });

  test("that was freed is the next one given out, zeroed again", () => {
    const at = allocate(Kind.Mail, 6);
    words.fill(-1, at, at + 6);
    release(at);
    assert.equal(allocate(Kind.Lock, 6), at);
    assert.deepEqual([...words.subarray(at, at + 6)], [0, 0, 0, 0, 0, 0]);
    assert.equal(kindOf(at), Kind.Lock);
    release(at);
  });

  test("lives until its last reference is released", () => {
    const at = allocate(Kind.Mail, 6);
    retain(at);
    retain(at);
    release(at);
    release(at);
    assert.equal(kindOf(at), Kind.Mail);
    release(at);
    assert.equal(kindOf(at), Kind.Free);
  });

  test("has its kind's disposer run once, before it is freed", () => {
    const seen: number[] = [];
    onDispose(Kind.Ledger, (at) => {
      assert.equal(kindOf(at), Kind.Ledger);
      seen.push(at);
    });
    const at = allocate(Kind.Ledger, 6);
    retain(at);
    release(at);
    assert.deepEqual(seen, []);
    release(at);
    assert.deepEqual(seen, [at]);
    onDispose(Kind.Ledger, () => {});
  });

  test("can own others: a disposer may release them", () => {
    onDispose(Kind.Ledger, (at) => release(words[at]));
    const inner = allocate(Kind.Mail, 6);
    const outer = allocate(Kind.Ledger, 6);
    words[outer] = inner;
    release(outer);
    assert.equal(kindOf(inner), Kind.Free);
    consistent();
    onDispose(Kind.Ledger, () => {});
  });

  test("is shown by eachBlock with its kind from allocation to release", () => {
    const small = allocate(Kind.Mail, 6);
    const large = allocate(Kind.Message, LARGEST + 1);
    const kinds = new Map<number, number>();
    eachBlock((at, kind) => kinds.set(at, kind));
    assert.equal(kinds.get(small), Kind.Mail);
    assert.equal(kinds.get(large), Kind.Message);
    release(small);
    release(large);
    assert.ok(!inUse().has(small) && !inUse().has(large));
  });
});

describe("a span of pages", () => {
  const spanOf = (pages: number) => allocate(Kind.Message, pages * PAGE_WORDS - BLOCK_HEADER);

  test("holds what no class holds, and takes whole pages", () => {
    const before = words[H_USED];
    const at = allocate(Kind.Message, LARGEST + 1);
    assert.equal(words[H_USED] - before, PAGE_WORDS * 4);
    const two = spanOf(2);
    assert.equal(words[H_USED] - before, 3 * PAGE_WORDS * 4);
    bytesAt(two, (2 * PAGE_WORDS - BLOCK_HEADER) * 4).fill(0xff);
    consistent();
    release(at);
    release(two);
    assert.equal(words[H_USED], before);
    consistent();
  });

  test("gives its pages back, and the next one of that size stands in the same place", () => {
    const at = spanOf(3);
    const free = words[H_FREE_PAGES];
    release(at);
    assert.equal(words[H_FREE_PAGES], free + 3);
    assert.equal(spanOf(3), at);
    assert.equal(words[H_FREE_PAGES], free);
    release(at);
  });

  test("joins free pages of neighbours into one larger span", () => {
    const parts = [spanOf(40), spanOf(40)];
    const next = words[H_NEXT_PAGE];
    for (const at of parts) release(at);
    const whole = spanOf(80);
    assert.ok(whole <= parts[0], "it begins behind the free pages");
    assert.equal(words[H_NEXT_PAGE], next);
    release(whole);
    consistent();
  });

  test("leaves pages that small blocks can be carved from, without a trace of what was in it", () => {
    const at = spanOf(4);
    // Everything that a header could be mistaken for.
    words.fill(Kind.Lock | (3 << 8), at, at + 4 * PAGE_WORDS - BLOCK_HEADER);
    release(at);
    const before = inUse();
    const blocks = Array.from({ length: (4 * PAGE_WORDS) / 256 }, () => allocate(Kind.Mail, 254));
    const after = inUse();
    for (const block of blocks) assert.ok(after.delete(block));
    assert.deepEqual(after, before);
    consistent();
    for (const block of blocks) release(block);
    consistent();
  });

  test("is zeroed when its pages were used before", () => {
    const at = spanOf(2);
    words.fill(-1, at, at + 2 * PAGE_WORDS - BLOCK_HEADER);
    release(at);
    const again = spanOf(2);
    assert.equal(again, at);
    assert.ok(words.subarray(again, again + 2 * PAGE_WORDS - BLOCK_HEADER).every((word) => word === 0));
    release(again);
  });
});

describe("the arena", () => {
  test("grows when it is full, and older views see what newer ones write", () => {
    const old = words;
    const bytes = arenaBuffer().byteLength;
    const first = allocate(Kind.Mail, 6);
    const blocks: number[] = [];
    while (arenaBuffer().byteLength === bytes) blocks.push(allocate(Kind.Message, 16 * PAGE_WORDS));
    const last = blocks[blocks.length - 1];
    assert.ok(words.length > old.length);
    words[last] = 7;
    words[first] = 8;
    assert.equal(old[first], 8);
    assert.equal(words[last], 7);
    consistent();
    for (const at of [first, ...blocks]) release(at);
    consistent();
  });

  test("refuses what it can never hold, and is unharmed", () => {
    const before = words[H_USED];
    assert.throws(
      () => allocate(Kind.Message, (MAX_PAGES + 1) * PAGE_WORDS),
      (error: Error & { code?: string }) => {
        assert.ok(error instanceof RangeError);
        assert.equal(error.code, "ARENA_FULL");
        assert.match(
          error.message,
          /^cannot allocate shared memory: \d+ MiB would be needed and \d+ MiB are the limit\. Drop shared objects that are no longer needed\.$/,
        );
        return true;
      },
    );
    assert.equal(words[H_GUARD], 0);
    assert.equal(words[H_USED], before);
    consistent();
    release(allocate(Kind.Mail, 6));
  });
});

describe("repairAllocator", () => {
  test("changes nothing that an intact allocator says", () => {
    const blocks = [6, 14, 30, 500, LARGEST, LARGEST + 1, 3 * PAGE_WORDS].map((size) =>
      allocate(Kind.Mail, size),
    );
    for (const at of [blocks[1], blocks[5]]) release(at);
    const before = { used: words[H_USED], pages: words[H_FREE_PAGES], blocks: inUse() };
    repairAllocator();
    assert.deepEqual({ used: words[H_USED], pages: words[H_FREE_PAGES], blocks: inUse() }, before);
    consistent();
    for (const at of [0, 2, 3, 4, 6]) release(blocks[at]);
    consistent();
  });
});

test("a long random walk of allocations and releases keeps every invariant", () => {
  const seed = freshSeed();
  const random = randomFrom(seed);
  const mine = new Map<number, { size: number; stamp: number }>();
  const before = words[H_USED];
  for (let step = 0; step < 20_000; step++) {
    if (random() < 0.52 || mine.size === 0) {
      const size = 1 + Math.floor(random() < 0.97 ? 2 ** (random() * 9) : random() * 5 * PAGE_WORDS);
      const at = allocate(Kind.Message, size);
      words[at] = words[at + size - 1] = step;
      mine.set(at, { size, stamp: step });
    } else {
      const at = [...mine.keys()][Math.floor(random() * mine.size)];
      const { size, stamp } = mine.get(at)!;
      assert.ok(
        words[at] === stamp && words[at + size - 1] === stamp,
        `block ${at} was overwritten, seed ${seed}`,
      );
      mine.delete(at);
      release(at);
    }
    if (step % 1000 === 0) assert.deepEqual(allocatorFaults(words), [], `seed ${seed}`);
    if (mine.size > 300) {
      for (const at of [...mine.keys()].slice(0, 200)) {
        mine.delete(at);
        release(at);
      }
    }
  }
  for (const at of mine.keys()) release(at);
  assert.equal(words[H_USED], before, `seed ${seed}`);
  assert.deepEqual(allocatorFaults(words), [], `seed ${seed}`);
});
