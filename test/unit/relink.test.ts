/** The lists of threads and realms are linked anew while somebody waits for the guard to enter one of them. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { allocate } from "../../src/memory/allocator.ts";
import { words } from "../../src/memory/arena.ts";
import { leave, onStuck } from "../../src/memory/guard.ts";
import { H_REALMS, H_REGISTRY_GUARD, H_THREADS, Kind } from "../../src/memory/layout.ts";
import { R_BOOTED, R_NEXT, REAPED, T_NEXT, T_STATE, THREAD_WORDS } from "../../src/parking/layout.ts";
import { createRealm, here } from "../../src/parking/realm.ts";
import { delist, enlist } from "../../src/threading/registry.ts";
import { relinkRegistry } from "../../src/threading/relink.ts";

function listed(head: number, link: number): number[] {
  const found: number[] = [];
  for (let at = words[head]; at !== 0; at = words[at + link]) {
    found.push(at);
    assert.ok(found.length < 100, "the list is a circle");
  }
  return found;
}

/** What `step` does while a dead thread holds the guard, until the supervisor has linked anew. */
function acrossADeath<T>(step: () => T): T {
  let relinked = 0;
  onStuck(() => {
    relinked++;
    relinkRegistry();
    leave(words, H_REGISTRY_GUARD);
  });
  words[H_REGISTRY_GUARD] = 12345;
  const result = step();
  assert.equal(relinked, 1);
  return result;
}

const thread = () => {
  const at = allocate(Kind.Thread, THREAD_WORDS);
  words[at + T_STATE] = 1;
  return at;
};

describe("linking anew", () => {
  test("leaves a thread that is about to be entered in the list once", () => {
    here();
    const [first, second] = [thread(), thread()];
    enlist(first);
    acrossADeath(() => enlist(second));
    assert.deepEqual(listed(H_THREADS, T_NEXT).sort(), [first, second].sort());
    delist(second);
    delist(first);
    assert.deepEqual(listed(H_THREADS, T_NEXT), []);
  });

  test("leaves a realm that is about to be entered in the list once, and those that are gone out of it", () => {
    const gone = createRealm();
    words[gone + R_BOOTED] = REAPED;
    const at = acrossADeath(createRealm);
    assert.deepEqual(listed(H_REALMS, R_NEXT).sort(), [here(), at].sort());
  });

  test("does not bring back a thread that has left", () => {
    const [stays, leaves] = [thread(), thread()];
    enlist(stays);
    enlist(leaves);
    delist(leaves);
    relinkRegistry();
    assert.deepEqual(listed(H_THREADS, T_NEXT), [stays]);
    delist(stays);
  });
});
