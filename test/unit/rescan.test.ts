/**
 * A waker that is killed between settling a promise's node and telling its thread: the thread is told to look through all
 * of its waits, and no node that may still be pushed is used again. What stood in it goes along to the next one.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import "../harness/watchdog.ts";
import { allocate, eachBlock } from "../../src/memory/allocator.ts";
import { words } from "../../src/memory/arena.ts";
import { store } from "../../src/memory/atomics.ts";
import { Kind } from "../../src/memory/layout.ts";
import {
  GIFTED,
  IDLE,
  N_BRINGS,
  N_FROM,
  N_OWED,
  N_STATUS,
  NOTIFIED,
  QUEUE_WORDS,
  R_RESCAN,
  WAITING,
} from "../../src/parking/layout.ts";
import type { ParkRequest, Steps } from "../../src/parking/park.ts";
import { drainInbox, parkAsync } from "../../src/parking/park-async.ts";
import { settle } from "../../src/parking/queue.ts";
import { here } from "../../src/parking/realm.ts";

/** What the supervisor has a thread do when a waker was killed. */
function rescan(): void {
  store(words, here() + R_RESCAN, 1);
  drainInbox();
}

function busyNodes(): number[] {
  const nodes: number[] = [];
  eachBlock((at, kind) => {
    if (kind === Kind.WaitNode && (words[at + N_STATUS] !== IDLE || words[at + N_BRINGS] !== 0))
      nodes.push(at);
  });
  return nodes;
}

test("what a wait brings and is owed is in one node only, whatever node it waits by", async () => {
  const [queue, owed, brought] = [QUEUE_WORDS, QUEUE_WORDS, QUEUE_WORDS].map((size) =>
    allocate(Kind.Event, size),
  );
  const seen: number[][] = [];
  let stays = true;
  let node = 0;
  const place: ParkRequest = {
    queue,
    owed,
    mustWait(mine) {
      node = mine;
      seen.push([words[mine + N_STATUS], words[mine + N_FROM], words[mine + N_BRINGS]]);
      words[mine + N_BRINGS] = brought;
      return stays;
    },
  };
  function* steps(): Steps<string> {
    assert.equal(yield place, NOTIFIED);
    assert.equal(yield place, GIFTED);
    stays = false;
    yield place;
    words[node + N_BRINGS] = 0;
    return "over";
  }
  const wait = parkAsync(steps(), Number.POSITIVE_INFINITY);
  const first = node;
  assert.equal(words[first + N_OWED], owed);

  settle(queue, first, NOTIFIED); // and its waker is killed
  rescan();
  const second = node;
  assert.notEqual(second, first);
  assert.deepEqual(busyNodes(), [second]);
  assert.deepEqual(
    seen[1],
    [NOTIFIED, queue, brought],
    "the wake-up is not used before it stands in line again",
  );
  assert.equal(words[second + N_STATUS], WAITING);
  assert.equal(words[first + N_OWED], 0);

  settle(queue, second, GIFTED);
  rescan();
  assert.notEqual(node, second);
  assert.deepEqual(seen[2], [GIFTED, queue, brought], "the gift is still its");
  assert.equal(await wait, "over");
  assert.deepEqual(busyNodes(), []);
});
