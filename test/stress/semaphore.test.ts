/** Semaphores under load: never more inside than there are permits, no permit lost or doubled, nobody left behind. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import "../harness/watchdog.ts";
import { BoundedSemaphore, Semaphore, SharedInt32 } from "threadkit";
import { freshSeed, randomFrom } from "../harness/random.ts";
import { joinAll, startEach } from "../harness/threads.ts";
import { quiet, semaphoreWords } from "../harness/words.ts";

interface Load {
  blocking: number;
  awaiting: number;
  permits: number;
  rounds: number;
  /** Loop turns with the permit held. */
  hold: number;
  /** How many of a hundred have a timeout or a signal that is likely to come first. */
  impatient: number;
  bounded?: boolean;
}

const LOADS: Load[] = [
  { blocking: 2, awaiting: 0, permits: 1, rounds: 400_000, hold: 0, impatient: 0 },
  { blocking: 4, awaiting: 0, permits: 3, rounds: 200_000, hold: 50, impatient: 0 },
  { blocking: 3, awaiting: 0, permits: 1, rounds: 50_000, hold: 500, impatient: 20, bounded: true },
  { blocking: 0, awaiting: 4, permits: 2, rounds: 8_000, hold: 20, impatient: 20 },
  { blocking: 3, awaiting: 3, permits: 2, rounds: 8_000, hold: 200, impatient: 20, bounded: true },
  { blocking: 10, awaiting: 4, permits: 5, rounds: 3_000, hold: 1_000, impatient: 10 },
];

/** How many are inside, and the most there ever were. */
function section(inside: SharedInt32, permits: number, hold: number): void {
  const now = inside.add(1) + 1;
  if (now > permits) throw new Error(`${now} were inside with ${permits} permits`);
  for (let n = hold; n > 0; n--);
  inside.sub(1);
}

function blocks(semaphore: Semaphore, inside: SharedInt32, got: SharedInt32, load: Load, seed: number): void {
  const random = randomFrom(seed);
  let taken = 0;
  for (let i = 0; i < load.rounds; i++) {
    if (random() * 100 < load.impatient) {
      const options = random() < 0.5 ? { timeout: random() * 0.2 } : { blocking: false };
      if (semaphore.acquire(options) === null) continue;
    } else semaphore.acquire();
    section(inside, load.permits, load.hold);
    taken++;
    semaphore.release();
  }
  got.add(taken);
}

async function awaits(
  semaphore: Semaphore,
  inside: SharedInt32,
  got: SharedInt32,
  load: Load,
  seed: number,
): Promise<void> {
  const random = randomFrom(seed);
  let taken = 0;
  const task = async () => {
    for (let i = 0; i < load.rounds / 4; i++) {
      if (random() * 100 < load.impatient) {
        const controller = new AbortController();
        const pending = semaphore.acquireAsync(
          random() < 0.5 ? { timeout: random() } : { signal: controller.signal },
        );
        if (random() < 0.7) queueMicrotask(() => controller.abort());
        else setTimeout(() => controller.abort(), random());
        const mine = await pending.catch((error) => {
          if (error.name !== "AbortError") throw error;
          return null;
        });
        if (mine === null) continue;
      } else await semaphore.acquireAsync();
      section(inside, load.permits, load.hold);
      taken++;
      semaphore.release();
    }
  };
  await Promise.all([task(), task(), task(), task()]);
  got.add(taken);
}

describe("a semaphore under load", { concurrency: false }, () => {
  for (const load of LOADS) {
    const { blocking, awaiting, permits, rounds, hold, impatient, bounded = false } = load;
    test(`of ${permits} permits, ${blocking} blocking and ${awaiting} awaiting threads, hold ${hold}, ${impatient} % impatient${bounded ? ", bounded" : ""}`, async (t) => {
      const seed = freshSeed();
      t.diagnostic(`seed ${seed}`);
      const semaphore = bounded ? new BoundedSemaphore(permits) : new Semaphore(permits);
      const [inside, got] = [new SharedInt32(), new SharedInt32()];
      const args = (n: number, from: number) =>
        Array.from(
          { length: n },
          (_, i) => [semaphore as Semaphore, inside, got, load, seed + from + i] as const,
        );
      await joinAll([
        ...startEach(blocks, args(blocking, 0)),
        ...startEach(awaits, args(awaiting, blocking)),
      ]);
      const most = (blocking + awaiting) * rounds;
      if (impatient === 0) assert.equal(got.value, most);
      else assert.ok(got.value > most / 4 && got.value <= most, `${got.value} of ${most}, seed ${seed}`);
      assert.equal(inside.value, 0);
      assert.deepEqual(semaphoreWords(semaphore), quiet(2 * permits), `seed ${seed}`);
    });
  }

  test("as a channel: as many get through as permits are given, by release(1) to release(5)", async (t) => {
    const seed = freshSeed();
    t.diagnostic(`seed ${seed}`);
    const [semaphore, got, given] = [new Semaphore(0), new SharedInt32(), new SharedInt32()];
    const each = 30_000;
    const takers = [
      ...startEach(
        (semaphore, got, each) => {
          for (let i = 0; i < each; i++) semaphore.acquire();
          got.add(each);
        },
        [1, 2].map(() => [semaphore, got, each] as const),
      ),
      ...startEach(
        async (semaphore, got, each) => {
          for (let i = 0; i < each; i++) await semaphore.acquireAsync();
          got.add(each);
        },
        [1].map(() => [semaphore, got, each] as const),
      ),
    ];
    const givers = startEach(
      (semaphore, given, seed, most) => {
        const random = randomFrom(seed);
        for (;;) {
          const n = 1 + Math.floor(random() * 5);
          const before = given.add(n);
          if (before >= most) return;
          semaphore.release(Math.min(n, most - before));
        }
      },
      [1, 2].map((i) => [semaphore, given, seed + i, 3 * each] as const),
    );
    await joinAll([...takers, ...givers]);
    assert.equal(got.value, 3 * each);
    assert.deepEqual(semaphoreWords(semaphore), quiet(0), `seed ${seed}`);
  });
});
