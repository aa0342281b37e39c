/** Barriers under load: every index once a round, nobody a round ahead, breaks and resets in between. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import "../harness/watchdog.ts";
import { Barrier, BrokenBarrierError, SharedInt32 } from "threadkit";
import { freshSeed, randomFrom } from "../harness/random.ts";
import { joinAll, startEach } from "../harness/threads.ts";
import { barrierWords, quiet } from "../harness/words.ts";

interface Load {
  blocking: number;
  awaiting: number;
  rounds: number;
  action: boolean;
}

const LOADS: Load[] = [
  { blocking: 2, awaiting: 0, rounds: 20_000, action: false },
  { blocking: 3, awaiting: 0, rounds: 10_000, action: true },
  { blocking: 2, awaiting: 1, rounds: 10_000, action: false },
  { blocking: 1, awaiting: 2, rounds: 10_000, action: true },
  { blocking: 6, awaiting: 4, rounds: 1_000, action: true },
];

/**
 * `sums` has a cell for each round: who passes adds 1 << 8 and its index there. `slots` holds each party's round: at
 * the barrier all are in the same one.
 */
function passed(sums: Int32Array, slots: Int32Array, me: number, round: number, index: number): void {
  Atomics.add(sums, round, 256 + index);
  for (let other = 0; other < slots.length; other++) {
    const there = Atomics.load(slots, other);
    if (there !== round && there !== round + 1)
      throw new Error(`${me} is in round ${round}, ${other} in ${there}`);
  }
  Atomics.store(slots, me, round + 1);
}

function blocks(barrier: Barrier, sums: Int32Array, slots: Int32Array, me: number): void {
  for (let round = 0; round < sums.length; round++) passed(sums, slots, me, round, barrier.wait());
}

async function awaits(barrier: Barrier, sums: Int32Array, slots: Int32Array, me: number): Promise<void> {
  for (let round = 0; round < sums.length; round++) passed(sums, slots, me, round, await barrier.waitAsync());
}

describe("a Barrier under load", { concurrency: false }, () => {
  for (const { blocking, awaiting, rounds, action } of LOADS) {
    test(`of ${blocking} blocking and ${awaiting} awaiting threads, ${rounds} rounds${action ? ", with an action" : ""}`, async () => {
      const parties = blocking + awaiting;
      const runs = new SharedInt32();
      const barrier = new Barrier(parties, action ? { action: () => void runs.add(1) } : {});
      const sums = new Int32Array(new SharedArrayBuffer(4 * rounds));
      const slots = new Int32Array(new SharedArrayBuffer(4 * parties));
      const args = (n: number, from: number) =>
        Array.from({ length: n }, (_, i) => [barrier, sums, slots, from + i] as const);
      await joinAll([
        ...startEach(blocks, args(blocking, 0)),
        ...startEach(awaits, args(awaiting, blocking)),
      ]);
      const expected = 256 * parties + (parties * (parties - 1)) / 2;
      assert.equal(
        sums.findIndex((sum) => sum !== expected),
        -1,
        "each index once in each round",
      );
      assert.equal(runs.value, action ? rounds : 0);
      assert.deepEqual(barrierWords(barrier), quiet(0));
    });
  }

  test("with more threads than parties: all go through, each index as often as the others", async () => {
    const parties = 3;
    const [each, threads] = [3_000, 6];
    const runs = new SharedInt32();
    const barrier = new Barrier(parties, { action: () => void runs.add(1) });
    const counts = new Int32Array(new SharedArrayBuffer(4 * parties));
    const left = new SharedInt32(each * threads);
    // Which three meet is left to chance; the tickets make sure that the last ones are not left alone.
    const take = (left: SharedInt32) => left.sub(1) > 0;
    await joinAll(
      startEach(
        async (barrier, counts, left, awaiting) => {
          while (take(left)) {
            const wait = awaiting ? barrier.waitAsync() : barrier.wait();
            Atomics.add(counts, 0 + (await wait), 1);
          }
        },
        Array.from({ length: threads }, (_, i) => [barrier, counts, left, i % 2 === 1] as const),
      ),
    );
    assert.deepEqual([...counts], Array(parties).fill((each * threads) / parties));
    assert.equal(runs.value, (each * threads) / parties);
    assert.deepEqual(barrierWords(barrier), quiet(0));
  });

  test("with resets, aborts and timeouts at random: nobody hangs, and all who fail are told so", async (t) => {
    const seed = freshSeed();
    t.diagnostic(`seed ${seed}`);
    const barrier = new Barrier(3);
    const [went, failed, done] = [new SharedInt32(), new SharedInt32(), new SharedInt32()];
    const waiters = startEach(
      async (barrier, went, failed, done, seed) => {
        const random = randomFrom(seed);
        for (let i = 0; i < 3_000; i++) {
          const timeout = random() < 0.2 ? random() * 0.3 : undefined;
          try {
            if (random() < 0.5) barrier.wait({ timeout });
            else await barrier.waitAsync({ timeout });
            went.add(1);
          } catch (error) {
            if (!(error instanceof BrokenBarrierError)) throw error;
            failed.add(1);
            if (random() < 0.7) barrier.reset();
          }
        }
        done.add(1);
      },
      [1, 2, 3, 4].map((i) => [barrier, went, failed, done, seed + i] as const),
    );
    const meddlers = startEach(
      (barrier, done, seed) => {
        const random = randomFrom(seed);
        // Who is left alone in the end is thrown out, too.
        while (done.value < 4) {
          if (random() < 0.3) barrier.abort();
          else barrier.reset();
          for (let n = random() * 3_000; n > 0; n--);
        }
      },
      [[barrier, done, seed] as const],
    );
    await joinAll([...waiters, ...meddlers]);
    assert.equal(went.value + failed.value, 12_000);
    assert.ok(failed.value > 0);
    barrier.reset();
    assert.deepEqual(barrierWords(barrier), quiet(0), `seed ${seed}`);
  });
});
