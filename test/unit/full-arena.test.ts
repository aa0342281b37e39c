/** What is made in several steps when shared memory is full in the middle: the first steps are undone. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import "../fixtures/small-arena.cjs";

const { allocate, isUsed, release } = await import("../../src/memory/allocator.ts");
const { openLedger } = await import("../../src/memory/handle.ts");
const { Kind } = await import("../../src/memory/layout.ts");
const { Event } = await import("../../src/sync/event.ts");
const { packKept } = await import("../../src/threading/message.ts");
const { setOutgoing } = await import("../../src/threading/outgoing.ts");
const outgoing = await import("../../src/capture/outgoing.ts");
setOutgoing(() => outgoing);

/** Words of the smallest block, without its header. */
const SMALLEST = 6;

const ballast: number[] = [];
/** Takes all that is left but for one of the smallest blocks. */
function fillButOne(): void {
  for (let size = 8192; size >= SMALLEST; size = Math.floor(size / 2)) fill(size);
  fill(SMALLEST);
  release(ballast.pop()!);
}
function fill(size: number): void {
  try {
    for (;;) ballast.push(allocate(Kind.Text, size));
  } catch (error) {
    assert.equal((error as { code: string }).code, "ARENA_FULL");
  }
}
after(() => {
  for (const at of ballast.splice(0)) release(at);
});

test("a message without room lets go of the parcel that was made for it", () => {
  packKept(1, "a value", {}, () => 0); // what is loaded and made once
  fillButOne();
  let parcel = 0;
  const value = [new SharedArrayBuffer(8), "a text that is longer than the smallest block of all"];
  assert.throws(() => packKept(value, "a value", {}, () => (parcel = allocate(Kind.Parcel, 2))), {
    code: "ARENA_FULL",
  });
  assert.notEqual(parcel, 0);
  assert.equal(isUsed(parcel), false);
});

test("a shared object that can't be entered in the ledger leaves no block", () => {
  fillButOne();
  openLedger(ballast[0]);
  assert.throws(() => new Event(), { code: "ARENA_FULL" });
  ballast.push(allocate(Kind.Text, SMALLEST));
});
