/** Threads that are killed around a semaphore: no wake-up and no handed permit is lost or doubled. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import "../harness/watchdog.ts";
import { BoundedSemaphore, Semaphore, SharedBoolean, SharedInt32, sleep, type Thread } from "threadkit";
import { N_FLAGS, STARVING } from "../../src/parking/layout.ts";
import { STARVING_AFTER } from "../../src/sync/mutex.ts";
import { arenaWords } from "../harness/arena.ts";
import { LONG } from "../harness/delays.ts";
import { runKills } from "../harness/killing.ts";
import { freshSeed } from "../harness/random.ts";
import { joinAll, start, startEach } from "../harness/threads.ts";
import { until } from "../harness/until.ts";
import { quiet, semaphoreWords } from "../harness/words.ts";

async function kill(thread: Thread): Promise<void> {
  thread.terminate();
  assert.equal(await thread.joinAsync({ timeout: LONG }), true);
}

const acquires = (semaphore: Semaphore) => void semaphore.acquire();

describe("a thread that is killed around a Semaphore", { concurrency: false }, () => {
  for (const which of [0, 1, 2]) {
    test(`in line leaves no trace, and the others get their permits: number ${which} of three`, async () => {
      const semaphore = new Semaphore(0);
      const threads = startEach(
        acquires,
        [1, 2, 3].map(() => [semaphore] as const),
      );
      await until(() => threads.every((thread) => thread.state === "blocked"), "all stand in line");
      await kill(threads[which]);
      semaphore.release(2);
      await joinAll(threads);
      await until(() => semaphoreWords(semaphore).word === 0, "the dead one is forgotten");
      assert.deepEqual(semaphoreWords(semaphore), quiet(0));
    });
  }

  test("alone in line leaves the words as if it had never come", async () => {
    for (const target of [acquires, async (semaphore: Semaphore) => void (await semaphore.acquireAsync())]) {
      const semaphore = new Semaphore(0);
      const thread = start(target, semaphore);
      await until(() => semaphoreWords(semaphore).head !== 0, "it stands in line");
      await kill(thread);
      await until(() => semaphoreWords(semaphore).word === 0, "it is forgotten");
      assert.deepEqual(semaphoreWords(semaphore), quiet(0));
    }
  });

  test("with a permit keeps it: a permit has no owner", async () => {
    const semaphore = new BoundedSemaphore(2);
    const thread = start((semaphore) => {
      semaphore.acquire();
      sleep(60_000);
    }, semaphore);
    await until(() => semaphore.value === 1, "it has a permit");
    await kill(thread);
    assert.equal(semaphore.value, 1);
    semaphore.release();
    assert.deepEqual(semaphoreWords(semaphore), quiet(4));
  });

  test("woken and not yet running passes its wake-up on", async () => {
    const semaphore = new Semaphore(0);
    const busy = new SharedBoolean();
    // Its promise stands in line; then its event loop never turns again.
    const victim = start(
      async (semaphore, busy) => {
        void semaphore.acquireAsync();
        busy.value = true;
        for (;;);
      },
      semaphore,
      busy,
    );
    await until(() => busy.value && semaphoreWords(semaphore).head !== 0, "the promise stands in line");
    const other = semaphore.acquireAsync({ timeout: LONG });
    const got = new SharedInt32();
    void other.then(() => got.add(1));
    semaphore.release();
    await kill(victim);
    assert.equal(await other, semaphore);
    assert.equal(got.value, 1);
    assert.deepEqual(semaphoreWords(semaphore), quiet(0));
  });

  for (const inLine of [0, 2]) {
    test(`that was handed a permit and does not know it gives it back once, with ${inLine} behind it in line`, async () => {
      const semaphore = new Semaphore(0);
      const [freeze, frozen] = [new SharedBoolean(), new SharedBoolean()];
      const victim = start(
        async (semaphore, freeze, frozen) => {
          let taken = false;
          const stand = () =>
            void semaphore.acquireAsync().then(() => {
              if (frozen.value) {
                taken = true;
                return;
              }
              semaphore.release(); // it was quicker than who wants to overtake it
              stand();
            });
          stand();
          while (!freeze.value) await new Promise((resolve) => setTimeout(resolve, 1));
          frozen.value = true;
          while (!taken); // its event loop never turns again
        },
        semaphore,
        freeze,
        frozen,
      );
      await until(() => semaphoreWords(semaphore).head !== 0, "it stands in line");
      // Woken and overtaken after STARVING_AFTER: it stands in line again, and asks to be handed a permit.
      const isStarving = () => {
        const { head } = semaphoreWords(semaphore);
        return head !== 0 && (arenaWords()[head + N_FLAGS] & STARVING) !== 0;
      };
      await new Promise((resolve) => setTimeout(resolve, 2 * STARVING_AFTER));
      await until(() => {
        if (isStarving()) return true;
        if (semaphoreWords(semaphore).head !== 0) {
          semaphore.release();
          while (semaphore.acquire({ blocking: false }) === null); // overtaken, or given back
        }
        return false;
      }, "it starves");
      freeze.value = true;
      await until(() => frozen.value, "it is busy");
      const behind = startEach(
        acquires,
        Array.from({ length: inLine }, () => [semaphore] as const),
      );
      await until(() => behind.every((thread) => thread.state === "blocked"), "the others stand in line");
      semaphore.release();
      assert.equal(semaphore.value, 0, "handed over, so nobody else can take it");
      assert.equal(semaphore.acquire({ blocking: false }), null);
      await kill(victim);
      if (inLine > 0) {
        await until(() => behind.some((thread) => !thread.isAlive()), "one of the others got it");
        assert.equal(behind.filter((thread) => thread.isAlive()).length, inLine - 1);
        semaphore.release(inLine - 1);
        await joinAll(behind);
        assert.deepEqual(semaphoreWords(semaphore), quiet(0));
      } else {
        await until(() => semaphore.value === 1, "it is back");
        assert.deepEqual(semaphoreWords(semaphore), quiet(2));
      }
    });
  }
});

const SCRIPT = `
import { Semaphore } from "threadkit";
const PERMITS = 2;
const semaphore = new Semaphore(PERMITS);
const inside = new SharedInt32();
const overlaps = new SharedInt32();

/** A killed one stays inside, as its permit stays taken. */
function section() {
  if (inside.add(1) >= PERMITS) overlaps.add(1);
  turns.add(1);
  inside.sub(1);
}
function blocks() {
  while (!stop.value) {
    semaphore.acquire();
    section();
    semaphore.release();
  }
}
function hurries() {
  while (!stop.value) {
    if (semaphore.acquire({ timeout: 0.2 }) === null) continue;
    section();
    semaphore.release();
  }
}
async function awaits() {
  while (!stop.value) {
    if ((await semaphore.acquireAsync({ timeout: 2 })) === null) continue;
    section();
    semaphore.release();
  }
}
const bodies: Record<string, () => unknown> = { blocks, hurries, awaits };
const begin = (i: number) => new Thread({ target: bodies[mix[i]], name: mix[i] }).start() as Thread;
const threads = mix.map((_, i) => begin(i));
let [lost, seen, since] = [0, 0, performance.now()];
/** Nobody has got on for long and none is free: as many as are missing were taken by the dead. */
function replace() {
  const now = turns.value;
  if (now !== seen) [seen, since] = [now, performance.now()];
  else if (performance.now() - since > 300) {
    if (semaphore.value > 0) {
      // They may wait for a processor. Longer than that is a lost wake-up.
      if (performance.now() - since > 15_000) throw new Error("permits are free, and nobody takes them");
      return;
    }
    inside.value = 0;
    semaphore.release(PERMITS);
    lost += PERMITS;
    since = performance.now();
  }
}
for (let n = 0; n < kills; n++) {
  killOne(threads, begin, replace, n);
  progress(replace, "after kill " + n);
}
stop.value = true;
for (const thread of threads) joinWhile(thread, replace, "in the end");
settle(() => words.semaphoreWords(semaphore).guard === 0 && (words.semaphoreWords(semaphore).word & 1) === 0);
const { word, guard, head, tail } = words.semaphoreWords(semaphore);
console.log(JSON.stringify({
  quiet: guard === 0 && head === 0 && tail === 0 && (word & 1) === 0,
  notDoubled: semaphore.value <= PERMITS,
  lostByTheDead: PERMITS + lost - semaphore.value <= kills,
  overlaps: overlaps.value, active: activeCount(),
}));
process.exit();
`;

describe("after many kills around a Semaphore", { concurrency: false }, () => {
  for (const [mix, kills] of [
    ["blocks,blocks,blocks,blocks", 60],
    ["blocks,awaits,hurries,blocks,awaits", 80],
  ] as const) {
    test(`of threads that do ${mix}, no permit is doubled, and none lost but by the dead`, async (t) => {
      const seed = freshSeed();
      t.diagnostic(`seed ${seed}`);
      const { found, where, ok } = await runKills(SCRIPT, seed, kills, mix);
      assert.ok(ok, where);
      assert.deepEqual(
        found,
        { quiet: true, notDoubled: true, lostByTheDead: true, overlaps: 0, active: 1 },
        where,
      );
    });
  }
});
