/**
 * RLock under load: threads that block and tasks that await, at random depths, with timeouts and aborts. Every entry
 * is counted exactly; afterwards the words are as new.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import "../harness/watchdog.ts";
import { RLock, SharedInt32 } from "threadkit";
import { PRISTINE_RLOCK, rlockWords } from "../harness/arena.ts";
import { freshSeed, randomFrom } from "../harness/random.ts";
import { joinAll, startEach } from "../harness/threads.ts";

interface Load {
  blocking: number;
  awaiting: number;
  /** Entries of each blocking thread, and of each task of an awaiting one. */
  rounds: number;
  awaitedRounds: number;
  tasks: number;
  /** Loop turns with the lock held. */
  hold: number;
  /** How many of a hundred have a timeout that is likely to come first. */
  impatient: number;
}

const LOADS: Load[] = [
  { blocking: 2, awaiting: 0, rounds: 400_000, awaitedRounds: 0, tasks: 0, hold: 0, impatient: 0 },
  { blocking: 5, awaiting: 0, rounds: 100_000, awaitedRounds: 0, tasks: 0, hold: 100, impatient: 10 },
  { blocking: 0, awaiting: 3, rounds: 0, awaitedRounds: 1_500, tasks: 4, hold: 10, impatient: 10 },
  { blocking: 3, awaiting: 2, rounds: 40_000, awaitedRounds: 800, tasks: 3, hold: 50, impatient: 10 },
];

/** Both add to a plain cell, which the lock guards, and count in `got` what they did. */
function blocks(lock: RLock, cell: Int32Array, got: SharedInt32, load: Load, seed: number): void {
  const random = randomFrom(seed);
  const nest = (depth: number): void => {
    if (depth > 0) {
      lock.with(() => nest(depth - 1));
      return;
    }
    const before = cell[0];
    for (let n = load.hold; n > 0; n--);
    cell[0] = before + 1;
  };
  let taken = 0;
  for (let i = 0; i < load.rounds; i++) {
    if (random() * 100 < load.impatient) {
      if (lock.acquire({ timeout: random() * 0.2 }) === null) continue;
      nest(0);
      lock.release();
    } else nest(1 + Math.floor(random() * 4));
    taken++;
  }
  got.add(taken);
}

async function awaits(lock: RLock, cell: Int32Array, got: SharedInt32, load: Load, seed: number) {
  const random = randomFrom(seed);
  let inside = 0;
  let taken = 0;
  const nest = async (depth: number): Promise<void> => {
    if (depth > 0) {
      if (random() < 0.3) return lock.with(() => nest(0));
      return lock.withAsync(() => nest(depth - 1));
    }
    if (random() < 0.1) await undefined;
    cell[0] += 1;
  };
  const task = async () => {
    for (let i = 0; i < load.awaitedRounds; i++) {
      const impatient = random() * 100 < load.impatient;
      const options = !impatient
        ? {}
        : random() < 0.5
          ? { timeout: random() }
          : { signal: AbortSignal.timeout(Math.ceil(random() * 2)) };
      const mine = await lock.acquireAsync(options).catch((error) => {
        if ((error as Error).name !== "TimeoutError") throw error;
        return null;
      });
      if (mine === null) continue;
      if (++inside !== 1) throw new Error("two tasks of one thread are inside");
      await nest(Math.floor(random() * 3));
      if (--inside !== 0) throw new Error("two tasks of one thread were inside");
      taken++;
      lock.release();
    }
  };
  await Promise.all(Array.from({ length: load.tasks }, task));
  got.add(taken);
}

describe("an RLock under load", { concurrency: false }, () => {
  for (const load of LOADS) {
    const { blocking, awaiting, tasks, hold, impatient } = load;
    test(`of ${blocking} blocking and ${awaiting} awaiting threads, ${tasks} tasks each, hold ${hold}, ${impatient} % impatient`, async (t) => {
      const seed = freshSeed();
      t.diagnostic(`seed ${seed}`);
      const lock = new RLock();
      const cell = new Int32Array(new SharedArrayBuffer(4));
      const got = new SharedInt32();
      const args = (n: number, from: number) =>
        Array.from({ length: n }, (_, i) => [lock, cell, got, load, seed + from + i] as const);
      await joinAll([
        ...startEach(blocks, args(blocking, 0)),
        ...startEach(awaits, args(awaiting, blocking)),
      ]);
      assert.equal(cell[0], got.value, `updates were lost, seed ${seed}`);
      const most = blocking * load.rounds + awaiting * tasks * load.awaitedRounds;
      if (impatient === 0) assert.equal(got.value, most);
      else assert.ok(got.value > most / 4 && got.value <= most, `${got.value} of ${most}, seed ${seed}`);
      assert.deepEqual(rlockWords(lock), PRISTINE_RLOCK, `seed ${seed}`);
    });
  }
});
