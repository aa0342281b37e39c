/** Threads that are killed in a barrier: it breaks, and nobody hangs. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import "../harness/watchdog.ts";
import { Barrier, BrokenBarrierError, Event, sleep, type Thread } from "threadkit";
import { LONG } from "../harness/delays.ts";
import { runKills } from "../harness/killing.ts";
import { freshSeed } from "../harness/random.ts";
import { joinAll, start } from "../harness/threads.ts";
import { until } from "../harness/until.ts";
import { barrierWords, quiet } from "../harness/words.ts";

async function kill(thread: Thread): Promise<void> {
  thread.terminate();
  assert.equal(await thread.joinAsync({ timeout: LONG }), true);
}

/** Waits, and must find the barrier broken. */
const findsBroken = (barrier: Barrier) => {
  try {
    barrier.wait();
  } catch (error) {
    if (error instanceof BrokenBarrierError) return;
    throw error;
  }
  throw new Error("it went through");
};

async function line(barrier: Barrier, targets: ((barrier: Barrier) => unknown)[]): Promise<Thread[]> {
  const threads: Thread[] = [];
  for (const target of targets) {
    threads.push(start(target, barrier));
    await until(() => barrier.nWaiting === threads.length, "it has come");
  }
  return threads;
}

/** It is as new after reset(). */
async function heals(barrier: Barrier): Promise<void> {
  barrier.reset();
  assert.equal(barrier.broken, false);
  const all = Array.from({ length: barrier.parties }, () => barrier.waitAsync({ timeout: LONG }));
  assert.deepEqual(
    await Promise.all(all),
    all.map((_, i) => i),
  );
  assert.deepEqual(barrierWords(barrier), quiet(0));
}

describe("a thread that is killed at a Barrier", { concurrency: false }, () => {
  for (const which of [0, 1, 2]) {
    test(`while it waits breaks it for the others: number ${which} of three, of four parties`, async () => {
      const barrier = new Barrier(4);
      const targets = [findsBroken, findsBroken, findsBroken].map((target, i) =>
        i === which ? (barrier: Barrier) => void barrier.wait() : target,
      );
      const threads = await line(barrier, targets);
      await kill(threads[which]);
      await joinAll(threads);
      assert.equal(barrier.broken, true);
      await heals(barrier);
    });
  }

  test("while it awaits breaks it for the others", async () => {
    const barrier = new Barrier(3);
    const threads = await line(barrier, [async (barrier) => void (await barrier.waitAsync()), findsBroken]);
    await kill(threads[0]);
    await joinAll(threads);
    assert.equal(barrier.broken, true);
    await heals(barrier);
  });

  test("in the action breaks it for those who wait, by blocking and by awaiting", async () => {
    const inAction = new Event();
    const barrier = new Barrier(3, {
      action: () => {
        inAction.set();
        sleep(60_000);
      },
    });
    const threads = await line(barrier, [findsBroken]);
    const awaited = assert.rejects(barrier.waitAsync(), BrokenBarrierError);
    const victim = start((barrier) => void barrier.wait(), barrier);
    await inAction.waitAsync();
    const newcomer = assert.rejects(barrier.waitAsync(), BrokenBarrierError);
    await kill(victim);
    await joinAll(threads);
    await Promise.all([awaited, newcomer]);
    assert.equal(barrier.broken, true);
    barrier.reset();
    assert.deepEqual(barrierWords(barrier), quiet(0));
  });

  test("in the action, after a reset that freed the others, breaks nothing", async () => {
    const inAction = new Event();
    const barrier = new Barrier(2, {
      action: () => {
        inAction.set();
        sleep(60_000);
      },
    });
    const threads = await line(barrier, [findsBroken]);
    const victim = start((barrier) => void barrier.wait(), barrier);
    await inAction.waitAsync();
    barrier.reset();
    await joinAll(threads);
    const next = barrier.waitAsync({ timeout: LONG });
    await kill(victim);
    assert.deepEqual([barrier.broken, barrier.nWaiting], [false, 1]);
    barrier.abort();
    await assert.rejects(next, BrokenBarrierError);
  });

  test("in line while the action runs is not missed: all had come", async () => {
    const [inAction, go] = [new Event(), new Event()];
    const barrier = new Barrier(3, {
      action: () => {
        inAction.set();
        go.wait();
      },
    });
    const threads = await line(barrier, [(barrier) => void barrier.wait(), (barrier) => void barrier.wait()]);
    const last = start((barrier) => void barrier.wait(), barrier);
    await inAction.waitAsync();
    await kill(threads[0]);
    go.set();
    await joinAll([...threads, last]);
    assert.equal(barrier.broken, false);
    assert.deepEqual(barrierWords(barrier), quiet(0));
  });

  test("whose event loop is gone when the barrier opens holds nobody up", async () => {
    const barrier = new Barrier(2);
    const victim = start(async (barrier) => {
      void barrier.waitAsync();
      for (;;);
    }, barrier);
    await until(() => barrier.nWaiting === 1, "its promise has come");
    assert.equal(barrier.wait(), 1);
    await kill(victim);
    assert.equal(barrier.broken, false);
    await heals(barrier);
  });
});

const SCRIPT = `
import { Barrier, BrokenBarrierError } from "threadkit";
const PARTIES = 3;
const barrier = new Barrier(PARTIES, { action: () => { turns.add(1); } });

function judge(error: unknown) {
  if (!(error instanceof BrokenBarrierError)) throw error;
}
function blocks() {
  while (!stop.value) {
    try {
      barrier.wait();
      turns.add(1);
    } catch (error) { judge(error); sleep(0.5); }
  }
}
async function awaits() {
  while (!stop.value) {
    try {
      await barrier.waitAsync();
      turns.add(1);
    } catch (error) { judge(error); await sleepAsync(1); }
  }
}
const bodies: Record<string, () => unknown> = { blocks, awaits };
const begin = (i: number) => new Thread({ target: bodies[mix[i]], name: mix[i] }).start() as Thread;
const threads = mix.map((_, i) => begin(i));
const mend = () => { if (barrier.broken) barrier.reset(); };
for (let n = 0; n < kills; n++) {
  killOne(threads, begin, () => {}, n);
  progress(mend, "after kill " + n);
}
stop.value = true;
barrier.abort();
for (const thread of threads) joinWhile(thread, () => barrier.abort(), "in the end");
barrier.reset();
settle(() => JSON.stringify(words.barrierWords(barrier)) === JSON.stringify(words.quiet(0)));
console.log(JSON.stringify({ words: words.barrierWords(barrier), active: activeCount() }));
process.exit();
`;

describe("after many kills around a Barrier", { concurrency: false }, () => {
  for (const [mix, kills] of [
    ["blocks,blocks,blocks", 60],
    ["blocks,awaits,blocks,awaits", 80],
  ] as const) {
    test(`of threads that do ${mix}, those who are left go on after reset()`, async (t) => {
      const seed = freshSeed();
      t.diagnostic(`seed ${seed}`);
      const { found, where, ok } = await runKills(SCRIPT, seed, kills, mix);
      assert.ok(ok, where);
      assert.deepEqual(found, { words: quiet(0), active: 1 }, where);
    });
  }
});
