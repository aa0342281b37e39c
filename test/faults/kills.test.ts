/**
 * Threads killed at random points while they hammer locks and the allocator. Afterwards the locks work, nobody
 * hangs, and the allocator has no fault: it can allocate and free everything again, and repair agrees with it.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { captured, runScript } from "../harness/child.ts";
import { LONG_CHILD } from "../harness/delays.ts";
import { freshSeed } from "../harness/random.ts";

const SCRIPT = `
import { allocatorFaults, arenaWords, census, lockWords, usedBytes } from "../../test/harness/arena.ts";
import { randomFrom } from "../../test/harness/random.ts";
import { activeCount, BrokenLockError, Lock, SharedBoolean, SharedFloat64, SharedInt32, sleep, sleepAsync, Thread } from "threadkit";

const [seed, kills, mix] = [Number(process.argv[2]), Number(process.argv[3]), process.argv[4].split(",")];
const random = randomFrom(seed);
const locks = [new Lock(), new Lock()];
const inside = [new SharedInt32(), new SharedInt32()];
const overlaps = new SharedInt32();
const turns = new SharedInt32();
const stop = new SharedBoolean();

function section(i: number) {
  if (inside[i].exchange(1) !== 0) overlaps.add(1);
  for (let n = turns.value % 50; n > 0; n--);
  turns.add(1);
  inside[i].value = 0;
}
/** Waits until main has recovered the lock. */
function broken(error: unknown) {
  if (!(error instanceof BrokenLockError)) throw error;
}
function blocks() {
  for (let i = 0; !stop.value; i ^= 1) {
    try {
      const got = turns.value % 7 === 0 ? locks[i].acquire({ timeout: 0.5 }) : locks[i].acquire();
      if (got === null) continue;
      section(i);
      locks[i].release();
    } catch (error) { broken(error); sleep(1); }
  }
}
async function awaits() {
  for (let i = 0; !stop.value; i ^= 1) {
    try {
      const got = await (turns.value % 7 === 0 ? locks[i].acquireAsync({ timeout: 1 }) : locks[i].acquireAsync());
      if (got === null) continue;
      section(i);
      locks[i].release();
    } catch (error) { broken(error); await sleepAsync(1); }
  }
}
function allocates() {
  const kept: unknown[] = [];
  for (let n = 0; !stop.value; n++) {
    kept[n % 300] = n % 3 === 0 ? new SharedInt32(n) : n % 3 === 1 ? new Lock() : new SharedFloat64(n);
    if (n % 64 === 0) new Thread({ name: "x".repeat(n % 5000) });
    turns.add(1);
  }
}
function nests() {
  while (!stop.value) new Thread({ target: () => {} }).start().join();
}
const bodies: Record<string, () => unknown> = { blocks, awaits, allocates, nests };
const begin = () => { const body = mix[Math.floor(random() * mix.length)]; return new Thread({ name: body, target: bodies[body] }).start(); };

/** A lock that is broken has nobody inside. */
function mend() {
  locks.forEach((lock, i) => { if (lock.broken) { inside[i].value = 0; lock.recover(); } });
}
const threads = [begin(), begin(), begin()];
for (let n = 0; n < kills; n++) {
  const which = Math.floor(random() * threads.length);
  const victim = threads[which];
  while (victim.state === "runnable") sleep(0.2);
  const wait = random() * 4;
  if (random() < 0.5) sleep(wait);
  else for (const end = performance.now() + wait; performance.now() < end; );
  victim.terminate();
  const end = performance.now() + 20_000;
  while (!victim.join({ timeout: 1 })) {
    mend();
    if (performance.now() > end) throw new Error("kill " + n + ": " + victim.name + " does not end, it is " + victim.state);
  }
  mend();
  threads[which] = begin();
}
stop.value = true;
for (const thread of threads) {
  const end = performance.now() + 20_000;
  while (!thread.join({ timeout: 1 })) {
    mend();
    if (performance.now() > end) throw new Error(thread.name + " hangs in the end, it is " + thread.state);
  }
  if (thread.exception !== undefined) throw thread.exception;
}
mend();
const end = performance.now() + 15_000;
while ((activeCount() > 1 || allocatorFaults(arenaWords(), kills).length > 0) && performance.now() < end) { mend(); sleep(5); }
const words = locks.map(lockWords);
for (const lock of locks) lock.with(() => {});
const again = Array.from({ length: 3_000 }, (_, i) => new SharedInt32(i));
const values = again.every((n, i) => n.value === i);
// Damage stays; what the supervisor is giving back right now does not.
let faults = allocatorFaults(arenaWords(), kills);
for (; faults.length > 0 && performance.now() < end; faults = allocatorFaults(arenaWords(), kills)) sleep(5);
console.log(JSON.stringify({
  active: activeCount(), words, overlaps: overlaps.value, faults, values,
  progress: turns.value > 0 || mix[0] === "nests",
}));
console.error(census(), usedBytes(), turns.value);
process.exit();
`;

describe("after hundreds of kills", { concurrency: false }, () => {
  for (const [mix, kills] of [
    ["blocks", 150],
    ["awaits", 100],
    ["blocks,awaits", 100],
    ["allocates", 100],
    ["nests", 120],
    ["blocks,awaits,allocates,nests", 150],
  ] as const) {
    test(`of threads that do ${mix.replaceAll(",", ", ")}, everything that is left works`, async (t) => {
      const seed = freshSeed();
      t.diagnostic(`seed ${seed}`);
      const result = await runScript(SCRIPT, {
        args: [String(seed), String(kills), mix],
        timeout: LONG_CHILD,
      });
      const where = `seed ${seed}${captured(result)}`;
      assert.equal(result.code, 0, where);
      const pristine = { word: 0, guard: 0, head: 0, tail: 0 };
      assert.deepEqual(
        JSON.parse(result.stdout),
        { active: 1, words: [pristine, pristine], overlaps: 0, faults: [], values: true, progress: true },
        where,
      );
      assert.doesNotMatch(result.stderr, /Exception in thread/, where);
    });
  }
});
