/** A block that lies partly in memory which another thread grew: this one has not seen it yet. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { allocate, release } from "../../src/memory/allocator.ts";
import { arenaBuffer } from "../../src/memory/arena.ts";
import {
  CLASSES,
  H_FREE,
  H_FREE_PAGES,
  H_NEXT_PAGE,
  H_PAGES,
  Kind,
  PAGE_INNER,
  PAGE_WORDS,
} from "../../src/memory/layout.ts";

test("a block across the end of the memory that this realm has seen is zeroed to its last word", () => {
  release(allocate(Kind.Text, 1));
  const buffer = arenaBuffer() as SharedArrayBuffer & { grow(bytes: number): void };
  const seen = buffer.byteLength / 4 / PAGE_WORDS;
  // As another thread leaves it that grew the arena, wrote to all of it, and gave it back.
  buffer.grow(2 * buffer.byteLength);
  const words = new Int32Array(buffer);
  const next = words[H_NEXT_PAGE];
  assert.ok(next < seen);
  words.fill(-1, next * PAGE_WORDS);
  words[H_FREE_PAGES] += 2 * seen - next;
  words[H_NEXT_PAGE] = 2 * seen;

  const size = (2 * seen - next - 2) * PAGE_WORDS;
  const at = allocate(Kind.Text, size);
  assert.ok(at < seen * PAGE_WORDS && at + size > seen * PAGE_WORDS, "it lies across the end");
  assert.ok(words.subarray(at, at + size).every((word) => word === 0));
  release(at);
});

test("a page that this realm has not seen, and that is free, is carved into blocks that are whole", () => {
  const buffer = arenaBuffer() as SharedArrayBuffer & { grow(bytes: number): void };
  const seen = buffer.byteLength / 4 / PAGE_WORDS;
  buffer.grow(2 * buffer.byteLength);
  const words = new Int32Array(buffer);
  words.fill(-1, seen * PAGE_WORDS);
  // All that was seen is in use; the rest was used by another thread, and given back.
  for (let page = words[H_NEXT_PAGE]; page < seen; page++) words[H_PAGES + page] = PAGE_INNER;
  for (let page = 0; page < seen; page++) if (words[H_PAGES + page] === 0) words[H_PAGES + page] = PAGE_INNER;
  words[H_FREE_PAGES] = seen;
  words[H_NEXT_PAGE] = 2 * seen;

  const sizeClass = words.subarray(H_FREE, H_FREE + CLASSES.length).indexOf(0);
  assert.ok(sizeClass >= 0, "no block of some class is free");
  const size = CLASSES[sizeClass] - 2;
  const blocks = Array.from({ length: 50 }, () => allocate(Kind.Text, size));
  assert.ok(
    blocks.every((at) => at >= seen * PAGE_WORDS && at + size <= 2 * seen * PAGE_WORDS),
    `blocks are at ${blocks.join(", ")}`,
  );
  assert.equal(new Set(blocks).size, 50, "each is there once");
  for (const at of blocks) assert.ok(words.subarray(at, at + size).every((word) => word === 0));
});
