/** What the supervisor makes of a pool's tasks when the worker that sorted them was killed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import "../harness/watchdog.ts";
import { kMake } from "../../src/futures/doors.ts";
import { Future } from "../../src/futures/future.ts";
import { finish, push, take } from "../../src/futures/pool.ts";
import { P_INBOX, P_ROOM, P_TASKS } from "../../src/futures/pool-words.ts";
import { settle } from "../../src/futures/settle.ts";
import { ThreadPoolExecutor } from "../../src/futures/thread-pool-executor.ts";
import { F_PLACE, FINISHED, SORTED } from "../../src/futures/words.ts";
import { words } from "../../src/memory/arena.ts";
import { adopt, kAt } from "../../src/memory/handle.ts";
import { Kind } from "../../src/memory/layout.ts";
import { robustOf } from "../../src/parking/robust.ts";
import { NOTHING } from "../../src/shared/cell.ts";
import type { Semaphore } from "../../src/sync/semaphore.ts";

const references = (at: number) => words[at - 1];

test("tasks that were being sorted are queued again; those cancelled give back their room and their block", () => {
  const pool = new ThreadPoolExecutor({ maxWorkers: 1, maxQueue: 2 });
  const at = pool[kAt];
  const room = adopt(Kind.Semaphore, words[at + P_ROOM]) as Semaphore;
  const futures = [1, 2].map(() => {
    room.acquire();
    const future = Future[kMake]<Future<number>>();
    push(at, future[kAt]);
    return future;
  });
  const [first, second] = futures.map((future) => future[kAt]);
  // The stack is taken, and all are marked: there the worker dies.
  words[at + P_INBOX] = 0;
  for (const task of [first, second]) words[task + F_PLACE] = SORTED;
  assert.equal(futures[0].cancel(), true);
  robustOf(Kind.Pool)?.mend?.(at);

  assert.equal(take(at), second);
  assert.equal(settle(second, FINISHED, NOTHING, true), true);
  finish(second);
  assert.equal(take(at), 0);
  assert.equal(room.value, 2);
  assert.deepEqual([references(first), references(second), words[at + P_TASKS]], [1, 1, 0]);
});
