/**
 * Condition under load: tokens that are put and taken by threads that block and tasks that await, with waits that
 * expire and are aborted. One notify for each token, so a notify that is lost strands somebody.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import "../harness/watchdog.ts";
import { Condition, Lock, RLock, SharedInt32 } from "threadkit";
import { conditionLine, lockWords, NOBODY, PRISTINE } from "../harness/arena.ts";
import { freshSeed, randomFrom } from "../harness/random.ts";
import { joinAll, startEach } from "../harness/threads.ts";

interface Load {
  putters: number;
  takers: number;
  awaiters: number;
  /** Tokens of each taker, and of each task of an awaiter. */
  each: number;
  tasks: number;
  /** How many of a hundred waits have a short limit. */
  impatient: number;
}

const LOADS: Load[] = [
  { putters: 1, takers: 1, awaiters: 0, each: 4_000, tasks: 0, impatient: 0 },
  { putters: 2, takers: 4, awaiters: 0, each: 1_500, tasks: 0, impatient: 40 },
  { putters: 2, takers: 2, awaiters: 2, each: 300, tasks: 3, impatient: 40 },
];

function puts(ready: Condition, tokens: SharedInt32, count: number): void {
  for (let i = 0; i < count; i++) {
    ready.acquire();
    tokens.value += 1;
    ready.notify();
    ready.release();
  }
}

function takes(ready: Condition, tokens: SharedInt32, taken: SharedInt32, load: Load, seed: number): void {
  const random = randomFrom(seed);
  for (let i = 0; i < load.each; i++) {
    ready.with(() => {
      while (tokens.value === 0) {
        if (random() * 100 >= load.impatient) ready.wait();
        else ready.wait({ timeout: random() < 0.2 ? 0 : random() * 0.3 });
      }
      tokens.value -= 1;
      taken.value += 1;
    });
  }
}

async function awaits(
  ready: Condition,
  tokens: SharedInt32,
  taken: SharedInt32,
  load: Load,
  seed: number,
): Promise<void> {
  const random = randomFrom(seed);
  const task = async () => {
    for (let i = 0; i < load.each; i++) {
      await ready.withAsync(async () => {
        while (tokens.value === 0) {
          if (random() * 100 >= load.impatient) await ready.waitAsync();
          else if (random() < 0.5) await ready.waitAsync({ timeout: random() < 0.2 ? 0 : random() });
          else {
            const signal = AbortSignal.timeout(1);
            await ready.waitAsync({ signal }).catch((error) => {
              if (error !== signal.reason) throw error;
            });
          }
        }
        tokens.value -= 1;
        taken.value += 1;
      });
    }
  };
  await Promise.all(Array.from({ length: load.tasks }, task));
}

describe("a Condition under load", { concurrency: false }, () => {
  for (const load of LOADS) {
    for (const make of [() => new RLock(), () => new Lock()]) {
      const { putters, takers, awaiters, each, tasks, impatient } = load;
      test(`over ${make().constructor.name}: ${putters} put, ${takers} take, ${awaiters} await in ${tasks} tasks, ${impatient} % impatient`, async (t) => {
        const seed = freshSeed();
        t.diagnostic(`seed ${seed}`);
        const ready = new Condition(make());
        const [tokens, taken] = [new SharedInt32(), new SharedInt32()];
        const all = (takers + awaiters * tasks) * each;
        const args = (n: number, from: number) =>
          Array.from({ length: n }, (_, i) => [ready, tokens, taken, load, seed + from + i] as const);
        await joinAll([
          ...startEach(takes, args(takers, 0)),
          ...startEach(awaits, args(awaiters, takers)),
          ...startEach(puts, Array(putters).fill([ready, tokens, all / putters] as const)),
        ]);
        assert.deepEqual([taken.value, tokens.value], [all, 0], `seed ${seed}`);
        assert.deepEqual(lockWords(ready.lock), PRISTINE, `seed ${seed}`);
        assert.deepEqual(conditionLine(ready), NOBODY, `seed ${seed}`);
      });
    }
  }
});
