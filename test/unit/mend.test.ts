/** What the supervisor makes of words that a killed thread left in the middle of a change, for each point of it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import "../harness/watchdog.ts";
import { words } from "../../src/memory/arena.ts";
import { kAt } from "../../src/memory/handle.ts";
import { Kind } from "../../src/memory/layout.ts";
import { Q_TICKET } from "../../src/parking/layout.ts";
import { tellSettled } from "../../src/parking/mend-lines.ts";
import { robustOf } from "../../src/parking/robust.ts";
import { Barrier } from "../../src/sync/barrier.ts";
import { Event } from "../../src/sync/event.ts";
import { B_COUNT, B_PHASE, B_QUEUE, B_TURN } from "../../src/sync/rounds.ts";
import { Semaphore } from "../../src/sync/semaphore.ts";
import { LONG } from "../harness/delays.ts";

const SETTING = 3;
const [OPENING, EMPTYING, BROKEN] = [2, 3, 1];

function mend(kind: Kind, at: number): void {
  robustOf(kind)?.mend?.(at);
  tellSettled();
}

describe("an Event whose setter was killed", () => {
  test("after it said so lets everybody in line through", async () => {
    const event = new Event();
    const all = [1, 2, 3].map(() => event.waitAsync({ timeout: LONG }));
    words[event[kAt]] = SETTING;
    mend(Kind.Event, event[kAt]);
    event.clear();
    assert.deepEqual(await Promise.all(all), [true, true, true]);
    assert.equal(event.isSet(), false);
  });

  test("before it said so keeps its line", async () => {
    const event = new Event();
    const pending = event.waitAsync({ timeout: LONG });
    mend(Kind.Event, event[kAt]);
    event.set();
    assert.equal(await pending, true);
  });
});

describe("a Semaphore whose word says the wrong thing about its line", () => {
  test("is put right, both ways", async () => {
    const semaphore = new Semaphore(0);
    words[semaphore[kAt]] = 1;
    mend(Kind.Semaphore, semaphore[kAt]);
    assert.equal(words[semaphore[kAt]], 0);
    const pending = semaphore.acquireAsync({ timeout: LONG });
    words[semaphore[kAt]] = 0;
    mend(Kind.Semaphore, semaphore[kAt]);
    semaphore.release();
    assert.equal(await pending, semaphore);
    assert.equal(words[semaphore[kAt]], 0);
  });
});

describe("a Barrier whose last thread was killed", () => {
  const broken = { code: "BARRIER_BROKEN" };

  test("when it had begun to open lets everybody through", async () => {
    const barrier = new Barrier(3);
    const at = barrier[kAt];
    const all = [barrier.waitAsync(), barrier.waitAsync()];
    words[at + B_TURN] = words[at + B_QUEUE + Q_TICKET];
    words[at + B_PHASE] = OPENING;
    mend(Kind.Barrier, at);
    assert.deepEqual(await Promise.all(all), [0, 1]);
    assert.deepEqual([barrier.broken, barrier.nWaiting], [false, 0]);
  });

  test("when it had begun to reset throws everybody out", async () => {
    const barrier = new Barrier(3);
    const pending = barrier.waitAsync();
    words[barrier[kAt] + B_PHASE] = EMPTYING;
    mend(Kind.Barrier, barrier[kAt]);
    await assert.rejects(pending, broken);
    assert.deepEqual([barrier.broken, barrier.nWaiting], [false, 0]);
  });

  test("when it had begun to break throws everybody out", async () => {
    const barrier = new Barrier(3);
    const pending = barrier.waitAsync();
    words[barrier[kAt] + B_PHASE] = BROKEN;
    mend(Kind.Barrier, barrier[kAt]);
    await assert.rejects(pending, broken);
    assert.deepEqual([barrier.broken, barrier.nWaiting], [true, 0]);
  });

  test("when it had counted itself and was not in line breaks it", async () => {
    const barrier = new Barrier(3);
    const pending = barrier.waitAsync();
    words[barrier[kAt] + B_COUNT] += 1;
    mend(Kind.Barrier, barrier[kAt]);
    await assert.rejects(pending, broken);
    assert.equal(barrier.broken, true);
  });

  test("before it had counted itself leaves it as it was", async () => {
    const barrier = new Barrier(2);
    const pending = barrier.waitAsync();
    mend(Kind.Barrier, barrier[kAt]);
    assert.equal(barrier.nWaiting, 1);
    assert.equal(await barrier.waitAsync(), 1);
    assert.equal(await pending, 0);
  });
});
