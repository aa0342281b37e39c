/** Threads killed at a Condition: with its lock, in its line, and between a notify and the lock. Nobody hangs. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import "../harness/watchdog.ts";
import {
  BrokenLockError,
  Condition,
  Lock,
  RLock,
  SharedBoolean,
  SharedInt32,
  sleep,
  type Thread,
} from "threadkit";
import { waitersOf } from "../conformance/condition.ts";
import { conditionLine, lockWords, NOBODY, PRISTINE } from "../harness/arena.ts";
import { captured, runScript } from "../harness/child.ts";
import { LONG, LONG_CHILD } from "../harness/delays.ts";
import { freshSeed } from "../harness/random.ts";
import { joinAll, start, startEach } from "../harness/threads.ts";
import { until } from "../harness/until.ts";

/** Counts what a wait came to. */
interface Tally {
  notified: SharedInt32;
  broken: SharedInt32;
}

async function waits(condition: Condition, { notified, broken }: Tally, awaits: boolean): Promise<void> {
  try {
    if (awaits) {
      await condition.withAsync(async () => {
        if (await condition.waitAsync()) notified.add(1);
      });
    } else {
      condition.with(() => {
        if (condition.wait()) notified.add(1);
      });
    }
  } catch (error) {
    if (!(error instanceof BrokenLockError)) throw error;
    broken.add(1);
  }
}

async function line(condition: Condition, kinds: readonly boolean[]): Promise<[Thread[], Tally]> {
  const tally = { notified: new SharedInt32(), broken: new SharedInt32() };
  const threads: Thread[] = [];
  for (const awaits of kinds) {
    threads.push(...startEach(waits, [[condition, tally, awaits] as const]));
    await until(() => waitersOf(condition) === threads.length, "the waiter stands in line");
  }
  return [threads, tally];
}

function pristine(condition: Condition): void {
  assert.deepEqual(lockWords(condition.lock), PRISTINE);
  assert.deepEqual(conditionLine(condition), NOBODY);
}

for (const make of [() => new RLock(), () => new Lock()]) {
  describe(`a Condition over ${make().constructor.name}`, () => {
    for (const order of ["before", "after"]) {
      test(`made ${order} others: when the thread that has the lock dies, all who wait are told`, async () => {
        // The supervisor goes through memory, so it finds the lock first in one case and the condition in the other.
        const filler = order === "after" ? Array.from({ length: 600 }, () => new Condition()) : [];
        const condition = new Condition(make());
        const [threads, tally] = await line(condition, [false, true, false, true]);
        const held = new SharedBoolean();
        const owner = start(
          (condition, held) => {
            condition.acquire();
            held.value = true;
            sleep(60_000);
          },
          condition,
          held,
        );
        await until(() => held.value, "it is held");
        owner.terminate();
        await joinAll(threads);
        assert.deepEqual([tally.notified.value, tally.broken.value], [0, 4]);
        assert.throws(() => condition.notify(), BrokenLockError);
        assert.throws(() => condition.wait(), BrokenLockError);
        assert.equal(condition.lock.recover(), true);
        // As good as new, for new waiters.
        const [again, fine] = await line(condition, [false, true]);
        condition.with(() => condition.notifyAll());
        await joinAll(again);
        assert.deepEqual([fine.notified.value, fine.broken.value], [2, 0]);
        pristine(condition);
        assert.ok(filler.length >= 0);
      });
    }

    test("with() of a waiter that lost the lock does not release it for its next holder", async () => {
      const condition = new Condition(make());
      const held = new SharedBoolean();
      const owner = (condition: Condition, held: SharedBoolean) => {
        condition.acquire();
        held.value = true;
        sleep(60_000);
      };
      const outer = new Lock();
      const loses = async () => {
        await outer.withAsync(() => condition.withAsync(() => condition.waitAsync()));
      };
      const lost = assert.rejects(loses(), BrokenLockError);
      await until(() => waitersOf(condition) === 1, "it waits");
      const thread = start(owner, condition, held);
      await until(() => held.value, "it is held");
      thread.terminate();
      thread.join();
      assert.equal(condition.lock.recover(), true);
      condition.lock.acquire(); // before the waiter's promise can run
      await lost;
      assert.equal(condition.locked(), true);
      assert.equal(outer.locked(), false, "other locks are released as ever");
      condition.release();
      pristine(condition);
    });

    for (const awaits of [false, true]) {
      const kind = awaits ? "an awaiting" : "a blocked";
      test(`${kind} waiter that is killed in line takes no notify with it`, async () => {
        const condition = new Condition(make());
        const [[victim, ...others], tally] = await line(condition, [awaits, false, true]);
        victim.terminate();
        assert.equal(await victim.joinAsync({ timeout: LONG }), true);
        assert.equal(waitersOf(condition), 2);
        condition.with(() => condition.notify());
        await joinAll([others[0]]);
        assert.equal(tally.notified.value, 1);
        assert.equal(waitersOf(condition), 1);
        condition.with(() => condition.notify());
        await joinAll(others);
        assert.deepEqual([tally.notified.value, tally.broken.value], [2, 0]);
        pristine(condition);
      });

      test(`${kind} waiter that is killed between its notify and the lock gives the notify to the next`, async () => {
        const condition = new Condition(make());
        const [[victim, ...others], tally] = await line(condition, [awaits, false, true]);
        // The lock is kept until it is dead, so it was notified and never had the lock.
        condition.acquire();
        condition.notify();
        assert.equal(waitersOf(condition), 2, "it is notified");
        // Over a Lock it is woken at once, over an RLock when that is let go.
        if (condition.lock instanceof Lock)
          await until(() => lockWords(condition.lock).head !== 0, "it waits for the lock");
        victim.terminate();
        assert.equal(victim.join({ timeout: LONG }), true);
        condition.release();
        await joinAll([others[0]]);
        assert.deepEqual([tally.notified.value, tally.broken.value], [1, 0]);
        assert.equal(waitersOf(condition), 1, "one notify ended two waits");
        condition.with(() => condition.notify());
        await joinAll(others);
        assert.equal(tally.notified.value, 2);
        pristine(condition);
      });
    }

    test("a waiter whose time was up and that is killed on its way to the lock wakes nobody", async () => {
      const condition = new Condition(make());
      const [[patient], tally] = await line(condition, [false]);
      const victim = start((condition) => {
        condition.acquire();
        for (;;) condition.wait({ timeout: 2 });
      }, condition);
      await until(() => waitersOf(condition) === 2, "it waits for a while");
      condition.acquire();
      await until(() => lockWords(condition.lock).head !== 0, "it waits for the lock");
      victim.terminate();
      assert.equal(victim.join({ timeout: LONG }), true);
      assert.equal(waitersOf(condition), 1);
      condition.notify();
      condition.release();
      await joinAll([patient]);
      assert.deepEqual([tally.notified.value, tally.broken.value], [1, 0]);
      pristine(condition);
    });
  });
}

const SCRIPT = `
import { allocatorFaults, arenaWords, conditionLine, lockWords } from "../../test/harness/arena.ts";
import { randomFrom } from "../../test/harness/random.ts";
import { activeCount, BrokenLockError, Condition, Lock, RLock, SharedBoolean, SharedInt32, sleep, sleepAsync, Thread } from "threadkit";

const [seed, kills, kind] = [Number(process.argv[2]), Number(process.argv[3]), process.argv[4]];
const random = randomFrom(seed);
const condition = new Condition(kind === "Lock" ? new Lock() : new RLock());
const [tokens, turns] = [new SharedInt32(), new SharedInt32()];
const stop = new SharedBoolean();

function broken(error: unknown) {
  if (!(error instanceof BrokenLockError)) throw error;
}
function puts() {
  while (!stop.value) {
    try {
      condition.with(() => { tokens.value += 1; condition.notify(); });
    } catch (error) { broken(error); sleep(1); }
    if (turns.value % 3 === 0) sleep(0.1);
  }
}
function takes() {
  while (!stop.value) {
    try {
      condition.with(() => {
        // The limit ends waits for tokens that a dead taker had.
        condition.waitFor(() => tokens.value > 0 || stop.value, { timeout: 50 });
        turns.add(1);
        tokens.value = 0;
        if (turns.value % 5 === 0) condition.wait({ timeout: 0.2 });
      });
    } catch (error) { broken(error); sleep(1); }
  }
}
async function awaits() {
  const task = async () => {
    while (!stop.value) {
      try {
        await condition.withAsync(async () => {
          await condition.waitForAsync(() => tokens.value > 0 || stop.value, { timeout: 50 });
          turns.add(1);
          tokens.value = 0;
          if (turns.value % 5 === 0) await condition.waitAsync({ timeout: 0.2 });
        });
      } catch (error) { broken(error); await sleepAsync(1); }
    }
  };
  await Promise.all([task(), task()]);
}
const bodies = [puts, takes, awaits];
const begin = (i: number) => new Thread({ target: bodies[i] }).start();
const mend = () => void condition.lock.recover();
const threads = [0, 1, 2].map(begin);
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
  threads[which] = begin(which);
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
  lock: lockWords(condition.lock), line: conditionLine(condition), faults, progress: turns.value > 0,
}));
process.exit();
`;

for (const kind of ["RLock", "Lock"]) {
  test(`after eighty kills of threads and tasks at a Condition over ${kind}, it works`, async (t) => {
    const seed = freshSeed();
    t.diagnostic(`seed ${seed}`);
    const result = await runScript(SCRIPT, { args: [String(seed), "80", kind], timeout: LONG_CHILD });
    const where = `seed ${seed}${captured(result)}`;
    assert.equal(result.code, 0, where);
    assert.deepEqual(
      JSON.parse(result.stdout),
      { lock: PRISTINE, line: NOBODY, faults: [], progress: true },
      where,
    );
    assert.doesNotMatch(result.stderr, /Exception in thread/, where);
  });
}
