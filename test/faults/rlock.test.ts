/** Owners and waiters of an RLock that are killed: nobody hangs, and what is left works. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import "../harness/watchdog.ts";
import {
  BrokenLockError,
  RLock,
  SharedBoolean,
  SharedInt32,
  setExcepthook,
  sleep,
  type Thread,
} from "threadkit";
import { lockWords, PRISTINE_RLOCK, rlockWords } from "../harness/arena.ts";
import { captured, runScript } from "../harness/child.ts";
import { LONG, LONG_CHILD } from "../harness/delays.ts";
import { freshSeed } from "../harness/random.ts";
import { refuses, refusesAsync } from "../harness/refuses.ts";
import { joinAll, start, startEach } from "../harness/threads.ts";
import { until } from "../harness/until.ts";

const BROKEN =
  "cannot acquire the lock: the thread that held it died. Check the data that it guards, then call recover().";

/** Waiters of both kinds. Each counts one in `broken` when it is told, and throws if it gets in. */
function waiters(lock: RLock, broken: SharedInt32): Thread[] {
  return startEach(
    async (lock, broken, awaits) => {
      try {
        if (awaits) await lock.acquireAsync();
        else lock.acquire();
      } catch (error) {
        if (!(error instanceof BrokenLockError)) throw error;
        broken.add(1);
        return;
      }
      throw new Error("it got a broken lock");
    },
    [false, true, false, true].map((awaits) => [lock, broken, awaits] as const),
  );
}

/** How many stand in line, as it prints. */
function waiting(lock: RLock): number {
  const print = (lock as unknown as Record<symbol, () => string>)[Symbol.for("nodejs.util.inspect.custom")];
  return Number(/(\d+) waiting/.exec(print.call(lock))?.[1] ?? 0);
}

describe("the owner of an RLock that dies", () => {
  const owners: Record<string, (lock: RLock, held: SharedBoolean) => unknown> = {
    "at depth 2": (lock, held) => {
      lock.acquire();
      lock.acquire();
      held.value = true;
      sleep(60_000);
    },
    "in an async task at depth 2": async (lock, held) => {
      await lock.acquireAsync();
      await lock.withAsync(async () => {
        held.value = true;
        await new Promise((resolve) => setTimeout(resolve, 60_000));
      });
    },
  };
  for (const [how, target] of Object.entries(owners)) {
    test(`${how} leaves it broken for all who wait and who come, until recover()`, async () => {
      const lock = new RLock();
      const held = new SharedBoolean();
      const owner = start(target, lock, held);
      await until(() => held.value, "it is held");
      const broken = new SharedInt32();
      const others = waiters(lock, broken);
      const own = refusesAsync(() => lock.acquireAsync(), BrokenLockError, "LOCK_BROKEN", BROKEN);
      await until(() => waiting(lock) === 5, "all stand in line");
      owner.terminate();
      await own;
      await joinAll(others);
      assert.equal(broken.value, 4);
      assert.equal(lock.broken, true);
      assert.equal(lock.locked(), true);
      refuses(() => lock.acquire(), BrokenLockError, "LOCK_BROKEN", BROKEN);
      refuses(() => lock.acquire({ blocking: false }), BrokenLockError, "LOCK_BROKEN", BROKEN);
      refuses(() => lock.release(), BrokenLockError, "LOCK_BROKEN", /^cannot release the lock: the thread/);
      assert.equal(lock.recover(), true);
      assert.deepEqual(rlockWords(lock), PRISTINE_RLOCK);
      assert.equal(lock.recover(), false);
      lock.with(() => lock.with(() => assert.equal(rlockWords(lock).depth, 1)));
      await lock.withAsync(() => lock.withAsync(() => {}));
      assert.deepEqual(rlockWords(lock), PRISTINE_RLOCK);
    });
  }

  test("by an error that nobody caught leaves it broken too", async () => {
    const lock = new RLock();
    setExcepthook(() => {});
    try {
      const thread = start((lock) => {
        lock.acquire().acquire();
        throw new Error("no luck");
      }, lock);
      assert.equal(await thread.joinAsync({ timeout: LONG }), true);
    } finally {
      setExcepthook(undefined);
    }
    assert.equal(lock.broken, true);
    assert.equal(lock.recover(), true);
    assert.deepEqual(rlockWords(lock), PRISTINE_RLOCK);
  });
});

describe("a waiter at an RLock that is killed", () => {
  for (const awaits of [false, true]) {
    test(`${awaits ? "awaiting" : "blocked"}, first in line, does not stop the others`, async () => {
      const lock = new RLock();
      const through = new SharedInt32();
      lock.acquire();
      const enter = async (lock: RLock, through: SharedInt32, awaits: boolean) => {
        if (awaits) await lock.withAsync(() => void through.add(1));
        else lock.with(() => void through.add(1));
      };
      const victim = start(enter, lock, through, awaits);
      await until(() => waiting(lock) === 1, "the victim stands in line");
      const others = startEach(enter, [
        [lock, through, false],
        [lock, through, true],
      ] as [RLock, SharedInt32, boolean][]);
      await until(() => waiting(lock) === 3, "the others stand behind it");
      victim.terminate();
      lock.release(); // it may be woken and die with that
      await joinAll(others);
      assert.equal(await victim.joinAsync({ timeout: LONG }), true);
      if (lock.broken) lock.recover(); // it had got in
      await until(() => lockWords(lock).word === 0, "it is free");
      assert.ok(through.value === 2 || through.value === 3);
      assert.deepEqual(rlockWords(lock), PRISTINE_RLOCK);
    });
  }
});

const SCRIPT = `
import { allocatorFaults, arenaWords, rlockWords } from "../../test/harness/arena.ts";
import { randomFrom } from "../../test/harness/random.ts";
import { activeCount, BrokenLockError, RLock, SharedBoolean, SharedInt32, sleep, sleepAsync, Thread } from "threadkit";

const [seed, kills] = [Number(process.argv[2]), Number(process.argv[3])];
const random = randomFrom(seed);
const lock = new RLock();
const [inside, overlaps, turns] = [new SharedInt32(), new SharedInt32(), new SharedInt32()];
const stop = new SharedBoolean();

function section() {
  if (inside.exchange(1) !== 0) overlaps.add(1);
  for (let n = turns.value % 50; n > 0; n--);
  turns.add(1);
  inside.value = 0;
}
/** Waits until main has recovered the lock. */
function broken(error: unknown) {
  if (!(error instanceof BrokenLockError)) throw error;
}
function blocks() {
  while (!stop.value) {
    try {
      const got = turns.value % 7 === 0 ? lock.acquire({ timeout: 0.5 }) : lock.acquire();
      if (got === null) continue;
      lock.with(() => lock.with(section));
      lock.release();
    } catch (error) { broken(error); sleep(1); }
  }
}
async function awaits() {
  const task = async () => {
    while (!stop.value) {
      try {
        const got = await (turns.value % 7 === 0 ? lock.acquireAsync({ timeout: 1 }) : lock.acquireAsync());
        if (got === null) continue;
        await lock.withAsync(() => lock.with(section));
        lock.release();
      } catch (error) { broken(error); await sleepAsync(1); }
    }
  };
  await Promise.all([task(), task()]);
}
const begin = () => new Thread({ target: random() < 0.5 ? blocks : awaits }).start();
/** A lock that is broken has nobody inside. */
function mend() {
  if (lock.broken) { inside.value = 0; lock.recover(); }
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
    if (performance.now() > end) throw new Error("kill " + n + " does not end: " + victim.state);
  }
  mend();
  threads[which] = begin();
}
stop.value = true;
for (const thread of threads) {
  const end = performance.now() + 20_000;
  while (!thread.join({ timeout: 1 })) {
    mend();
    if (performance.now() > end) throw new Error(thread.name + " hangs in the end: " + thread.state);
  }
  if (thread.exception !== undefined) throw thread.exception;
}
mend();
const end = performance.now() + 10_000;
let faults: string[] = [];
while ((activeCount() > 1 || (faults = allocatorFaults(arenaWords(), kills)).length > 0) && performance.now() < end) { mend(); sleep(5); }
console.log(JSON.stringify({
  words: rlockWords(lock), overlaps: overlaps.value, faults, progress: turns.value > 0,
}));
process.exit();
`;

test("after a hundred kills of threads and tasks at an RLock, it works", async (t) => {
  const seed = freshSeed();
  t.diagnostic(`seed ${seed}`);
  const result = await runScript(SCRIPT, { args: [String(seed), "100"], timeout: LONG_CHILD });
  const where = `seed ${seed}${captured(result)}`;
  assert.equal(result.code, 0, where);
  assert.deepEqual(
    JSON.parse(result.stdout),
    { words: PRISTINE_RLOCK, overlaps: 0, faults: [], progress: true },
    where,
  );
  assert.doesNotMatch(result.stderr, /Exception in thread/, where);
});
