/** A block that lies partly in memory which another thread grew: this one has not seen it yet. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { allocate, release } from "../../src/memory/allocator.ts";
import { arenaBuffer } from "../../src/memory/arena.ts";
import { H_FREE_PAGES, H_NEXT_PAGE, Kind, PAGE_WORDS } from "../../src/memory/layout.ts";

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
