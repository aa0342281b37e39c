/**
 * Lock under load: over ten million acquisitions in all, counted exactly, by threads that block and threads that
 * await, with timeouts and aborts thrown in. Afterwards the words are as new.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import "../harness/watchdog.ts";
import { Lock, SharedInt32, sleep } from "threadkit";
import { lockWords, PRISTINE } from "../harness/arena.ts";
import { freshSeed, randomFrom } from "../harness/random.ts";
import { joinAll, startEach } from "../harness/threads.ts";

interface Load {
  blocking: number;
  awaiting: number;
  /** Acquisitions of each blocking thread, and of each awaiting one. */
  rounds: number;
  awaitedRounds: number;
  /** Loop turns with the lock held. */
  hold: number;
  /** How many of a hundred have a timeout or a signal that is likely to come first. */
  impatient: number;
  /** Awaiting sections at once in one thread. */
  tasks?: number;
}

const LOADS: Load[] = [
  { blocking: 2, awaiting: 0, rounds: 3_000_000, awaitedRounds: 0, hold: 0, impatient: 0 },
  { blocking: 5, awaiting: 0, rounds: 600_000, awaitedRounds: 0, hold: 0, impatient: 0 },
  { blocking: 3, awaiting: 0, rounds: 300_000, awaitedRounds: 0, hold: 100, impatient: 0 },
  { blocking: 4, awaiting: 0, rounds: 150_000, awaitedRounds: 0, hold: 50, impatient: 20 },
  { blocking: 2, awaiting: 2, rounds: 300_000, awaitedRounds: 40_000, hold: 20, impatient: 0 },
  { blocking: 2, awaiting: 2, rounds: 200_000, awaitedRounds: 24_000, hold: 20, impatient: 25, tasks: 8 },
  { blocking: 0, awaiting: 4, rounds: 0, awaitedRounds: 40_000, hold: 5, impatient: 0, tasks: 4 },
  { blocking: 12, awaiting: 4, rounds: 20_000, awaitedRounds: 4_000, hold: 500, impatient: 10, tasks: 2 },
];

/** Starts all threads at once: else the first has done its work before the last one's worker is up. */
function gate(ready: SharedInt32, load: Load): void {
  ready.add(1);
  while (ready.value < load.blocking + load.awaiting) sleep(0.1);
}

/** Both count how often they got the lock; the plain cell is what the lock guards. */
function blocks(
  lock: Lock,
  cell: Int32Array,
  got: SharedInt32,
  ready: SharedInt32,
  load: Load,
  seed: number,
): void {
  const random = randomFrom(seed);
  gate(ready, load);
  let taken = 0;
  for (let i = 0; i < load.rounds; i++) {
    const impatient = random() * 100 < load.impatient;
    if (impatient) {
      const mine =
        random() < 0.5 ? lock.acquire({ timeout: random() * 0.2 }) : lock.acquire({ blocking: false });
      if (mine === null) continue;
    } else lock.acquire();
    const before = cell[0];
    for (let n = load.hold; n > 0; n--);
    cell[0] = before + 1;
    taken++;
    lock.release();
  }
  got.add(taken);
}

async function awaits(
  lock: Lock,
  cell: Int32Array,
  got: SharedInt32,
  ready: SharedInt32,
  load: Load,
  seed: number,
): Promise<void> {
  const random = randomFrom(seed);
  gate(ready, load);
  let taken = 0;
  const task = async (rounds: number) => {
    for (let i = 0; i < rounds; i++) {
      if (random() * 100 < load.impatient) {
        const controller = new AbortController();
        const pending = lock.acquireAsync(
          random() < 0.5 ? { timeout: random() } : { signal: controller.signal },
        );
        if (random() < 0.7) queueMicrotask(() => controller.abort());
        else setTimeout(() => controller.abort(), random());
        let mine: Lock | null = null;
        try {
          mine = await pending;
        } catch (error) {
          if ((error as Error).name !== "AbortError") throw error;
        }
        if (mine === null) continue;
      } else await lock.acquireAsync();
      const before = cell[0];
      if (random() < 0.1) await undefined; // a section that gives up the event loop
      cell[0] = before + 1;
      taken++;
      lock.release();
    }
  };
  const tasks = load.tasks ?? 1;
  await Promise.all(Array.from({ length: tasks }, () => task(load.awaitedRounds / tasks)));
  got.add(taken);
}

describe("a lock under load", { concurrency: false }, () => {
  let total = 0;
  for (const load of LOADS) {
    const { blocking, awaiting, hold, impatient, tasks = 1 } = load;
    test(`of ${blocking} blocking and ${awaiting} awaiting threads, ${tasks} tasks each, hold ${hold}, ${impatient} % impatient`, async (t) => {
      const seed = freshSeed();
      t.diagnostic(`seed ${seed}`);
      const lock = new Lock();
      const cell = new Int32Array(new SharedArrayBuffer(4));
      const got = new SharedInt32();
      const ready = new SharedInt32();
      const args = (n: number, from: number) =>
        Array.from({ length: n }, (_, i) => [lock, cell, got, ready, load, seed + from + i] as const);
      const threads = [
        ...startEach(blocks, args(blocking, 0)),
        ...startEach(awaits, args(awaiting, blocking)),
      ];
      await joinAll(threads);
      assert.equal(cell[0], got.value, `updates were lost, seed ${seed}`);
      const most = blocking * load.rounds + awaiting * load.awaitedRounds;
      if (impatient === 0) assert.equal(got.value, most);
      else assert.ok(got.value > most / 4 && got.value <= most, `${got.value} of ${most}, seed ${seed}`);
      assert.deepEqual(lockWords(lock), PRISTINE, `seed ${seed}`);
      total += got.value;
    });
  }

  test("got more than ten million acquisitions", () => {
    assert.ok(total >= 10_000_000, `${total} in all`);
  });
});
