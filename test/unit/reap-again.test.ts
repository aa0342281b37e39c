/** A dead thread is seen to in several tries, if the holder of a guard is dead too. */
import assert from "node:assert/strict";
import { test } from "node:test";
import "../harness/watchdog.ts";
import { Future } from "../../src/futures/future.ts";
import "../../src/futures/robust-future.ts";
import { release } from "../../src/memory/allocator.ts";
import { words } from "../../src/memory/arena.ts";
import { GuardStuck } from "../../src/memory/guard.ts";
import { kAt } from "../../src/memory/handle.ts";
import { Kind } from "../../src/memory/layout.ts";
import { R_THREAD, RUNNING, T_REALM, T_STATE } from "../../src/parking/layout.ts";
import { createRealm } from "../../src/parking/realm.ts";
import { robustOf } from "../../src/parking/robust.ts";
import { reap } from "../../src/threading/reaper.ts";
import { enlist, identify } from "../../src/threading/registry.ts";
import { Thread } from "../../src/threading/thread.ts";
import { until } from "../harness/until.ts";

/** A thread as if it ran, in a realm of its own. */
function running(): Thread {
  const thread = new Thread();
  const at = thread[kAt];
  identify(at);
  enlist(at);
  const realm = createRealm();
  words[at + T_REALM] = realm;
  words[realm + R_THREAD] = at;
  words[at + T_STATE] = RUNNING;
  return thread;
}

test("another thread that got the block of the dead one between two tries lives on", async () => {
  const future = new Future();
  const robust = robustOf(Kind.Future) as { realmGone: (at: number, realm: number) => void };
  const { realmGone } = robust;
  const dead = running();
  const at = dead[kAt];
  let others: Thread[] = [];
  let tries = 0;
  robust.realmGone = (block, realm) => {
    if (block === future[kAt] && tries++ === 0) {
      release(at); // nobody has a handle of it any more
      others = Array.from({ length: 50 }, running);
      throw new GuardStuck();
    }
    realmGone(block, realm);
  };
  reap(words[at + T_REALM]);
  await until(() => tries === 2, "the second try");
  assert.deepEqual([...new Set(others.map(({ state }) => state))], ["running"]);
  robust.realmGone = realmGone;
});
