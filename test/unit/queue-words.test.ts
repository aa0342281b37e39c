/** What the supervisor makes of a queue that a killed thread left in the middle of a change, for each point of it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import "../harness/watchdog.ts";
import { words } from "../../src/memory/arena.ts";
import { kAt } from "../../src/memory/handle.ts";
import { Kind } from "../../src/memory/layout.ts";
import { tellSettled } from "../../src/parking/mend-lines.ts";
import { robustOf } from "../../src/parking/robust.ts";
import { LifoQueue } from "../../src/queue/lifo-queue.ts";
import { PriorityQueue } from "../../src/queue/priority-queue.ts";
import { Queue } from "../../src/queue/queue.ts";
import { handWord } from "../../src/queue/slots.ts";
import { capacityOf, SLOTS, storeOf } from "../../src/queue/store.ts";
import * as w from "../../src/queue/words.ts";
import { pack } from "../../src/shared/cell.ts";
import { LONG } from "../harness/delays.ts";

const [TAKING, PUTTING, INSERTING] = [1, 2, 3];

function mend(queue: Queue<unknown>, kind: Kind = Kind.Queue): void {
  robustOf(kind)?.mend?.(queue[kAt]);
  tellSettled();
}
function log(at: number, step: number, count: number, slot: number, held = handWord()): void {
  words[at + w.STEP] = step;
  words[at + w.STEP_COUNT] = count;
  words[at + w.STEP_SLOT] = slot;
  words[at + w.STEP_HOLD] = held;
}
/** An item whose cell is a block. */
const large = 1.5;

describe("the counters of a queue", () => {
  test("may wrap around", () => {
    for (const kind of [Queue, LifoQueue]) {
      const queue = new kind<number>(3);
      const at = queue[kAt];
      words[at + w.HEAD] = words[at + w.TAIL] = words[at + w.DONE] = 0x7fffffff - 10;
      for (let round = 0; round < 30; round++) {
        for (const n of [1, 2, 3]) queue.put(n);
        assert.equal(queue.full(), true);
        assert.equal(queue.qsize(), 3);
        const got = [queue.get(), queue.get(), queue.get()];
        assert.deepEqual(got, kind === Queue ? [1, 2, 3] : [3, 2, 1]);
        for (let n = 0; n < 3; n++) queue.taskDone();
        assert.equal(queue.join({ timeout: 0 }), true);
      }
      assert.throws(() => queue.taskDone(), { code: "TASK_DONE_TOO_OFTEN" });
    }
  });

  test("find their slots when the store grows and shrinks, wherever the ring begins", () => {
    for (let first = 0; first < 20; first++) {
      const queue = new Queue<number>();
      for (let i = 0; i < first; i++) {
        queue.put(-1);
        queue.get();
      }
      for (let i = 0; i < 5000; i++) queue.put(i);
      assert.ok(capacityOf(storeOf(queue[kAt])) >= 5000);
      for (let i = 0; i < 5000; i++) assert.equal(queue.get(), i);
      assert.ok(capacityOf(storeOf(queue[kAt])) < 2000);
    }
  });
});

describe("a queue whose getter was killed", () => {
  test("before the item was out has it still, and the hand is empty", () => {
    const queue = new Queue<unknown>();
    queue.put(large);
    const at = queue[kAt];
    const slot = storeOf(at) + SLOTS;
    log(at, TAKING, words[at + w.HEAD], slot);
    words[handWord()] = words[slot];
    mend(queue);
    assert.equal(words[handWord()], 0);
    assert.equal(words[at + w.STEP], 0);
    assert.deepEqual(queue.get(), large);
  });

  test("after it was out has it no more, and the hand has it", () => {
    const queue = new Queue<unknown>();
    queue.put(large);
    queue.put(2);
    const at = queue[kAt];
    const slot = storeOf(at) + SLOTS;
    const cell = words[slot];
    log(at, TAKING, words[at + w.HEAD], slot);
    words[handWord()] = cell;
    words[at + w.HEAD] += 1;
    mend(queue);
    assert.equal(words[handWord()], cell);
    assert.equal(words[slot], 0);
    assert.equal(queue.get(), 2);
    words[handWord()] = 0;
  });
});

describe("a queue whose putter was killed", () => {
  for (const done of [false, true])
    test(`${done ? "after" : "before"} the item was in ${done ? "has it" : "does not have it"}, and it has one holder`, () => {
      const queue = new Queue<unknown>();
      queue.put(1);
      const at = queue[kAt];
      const cell = pack(large, "an item", queue);
      const tail = words[at + w.TAIL];
      const slot = storeOf(at) + SLOTS + (tail & 7);
      words[handWord()] = cell;
      log(at, PUTTING, tail, slot);
      words[slot] = cell;
      if (done) words[at + w.TAIL] = tail + 1;
      mend(queue);
      assert.equal(words[handWord()], done ? 0 : cell);
      assert.equal(words[slot], done ? cell : 0);
      assert.equal(queue.get(), 1);
      if (done) assert.deepEqual(queue.get(), large);
      assert.equal(queue.empty(), true);
      words[handWord()] = 0;
    });

  for (const [when, moved, stored, done] of [
    ["before it moved anything", false, false, false],
    ["after it moved what comes out before", true, false, false],
    ["after it stored the cell", true, true, false],
    ["after the item was in", true, true, true],
  ] as const)
    test(`${when} in a PriorityQueue is sorted and has each item once`, () => {
      for (const place of [0, 1, 2, 3]) {
        const queue = new PriorityQueue<number>();
        for (const n of [10, 20, 30]) queue.put(n);
        const at = queue[kAt];
        const slots = storeOf(at) + SLOTS;
        const value = 35 - 10 * place;
        const tail = words[at + w.TAIL];
        log(at, INSERTING, tail, slots + 2 * place, 0);
        if (moved) words.copyWithin(slots + 2 * place + 2, slots + 2 * place, slots + 6);
        if (stored) words[slots + 2 * place] = (value << 1) | 1;
        if (done) words[at + w.TAIL] = tail + 1;
        mend(queue, Kind.PriorityQueue);
        queue.put(15);
        queue.shutdown();
        const expected = [10, 15, 20, 30, ...(done ? [value] : [])].sort((a, b) => a - b);
        assert.deepEqual([...queue], expected, `place ${place}`);
      }
    });
});

describe("a queue that was killed under its guard", () => {
  test("tells who could go on: counts are derived from the line", async () => {
    const queue = new Queue<number>(2);
    const at = queue[kAt];
    const pending = [queue.getAsync({ timeout: LONG }), queue.getAsync({ timeout: LONG })];
    // A put that counted its item and told nobody; and counts that are wrong.
    const slot = storeOf(at) + SLOTS;
    words[slot] = (7 << 1) | 1;
    words[at + w.TAIL] += 1;
    words[at + w.GETTERS] = 9;
    words[at + w.GIVEN_ITEMS] = 3;
    words[at + w.GIVEN_ROOM] = 5;
    mend(queue);
    assert.equal(words[at + w.GETTERS], 1);
    assert.equal(words[at + w.GIVEN_ROOM], 0);
    assert.equal(await pending[0], 7);
    assert.equal(words[at + w.GIVEN_ITEMS], 0);
    queue.put(8);
    assert.equal(await pending[1], 8);
  });

  test("in the middle of a shutdown is shut down for all", async () => {
    const queue = new Queue<number>(1);
    const at = queue[kAt];
    const get = queue.getAsync();
    words[at + w.STATE] = w.CLOSED;
    mend(queue);
    await assert.rejects(get, { code: "QUEUE_SHUT_DOWN" });

    const dropped = new Queue<number>(1);
    dropped.put(1);
    const [put, join] = [dropped.putAsync(2), dropped.joinAsync()];
    words[dropped[kAt] + w.STATE] = w.DROPPED;
    mend(dropped);
    await assert.rejects(put, { code: "QUEUE_SHUT_DOWN" });
    assert.equal(await join, true);
    assert.equal(dropped.qsize(), 0);
  });

  test("after the last task was done lets join through", async () => {
    const queue = new Queue<number>();
    queue.put(1);
    const join = queue.joinAsync();
    words[queue[kAt] + w.DONE] += 1;
    mend(queue);
    assert.equal(await join, true);
  });
});
