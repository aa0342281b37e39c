/** Submitters × workers × lengths of tasks × rates of cancelling, several seeds: every task is accounted for. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import "../harness/watchdog.ts";
import { type Future, SharedInt32, type Thread, ThreadPoolExecutor } from "threadkit";
import { EMPTY, poolWords } from "../harness/pools.ts";
import { freshSeed, randomFrom } from "../harness/random.ts";
import { joinAll, startEach } from "../harness/threads.ts";

const EACH = 400;

async function submitter(
  pool: ThreadPoolExecutor,
  seed: number,
  cancels: number,
  length: number,
  ran: SharedInt32,
  cancelled: SharedInt32,
  wrong: SharedInt32,
): Promise<void> {
  let state = seed | 1;
  const next = () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
  const brief = (n: number, ran: SharedInt32) => {
    ran.add(1);
    return n + 1;
  };
  const long = (n: number, ran: SharedInt32, ms: number) => {
    ran.add(1);
    for (const end = performance.now() + ms; performance.now() < end; );
    return n + 1;
  };
  const awaits = async (n: number, ran: SharedInt32) => {
    ran.add(1);
    await null;
    return n + 1;
  };
  const nested = (n: number, ran: SharedInt32, _ms: number, pool: ThreadPoolExecutor) => {
    ran.add(1);
    return pool.submit((n: number) => n + 1, n).result();
  };
  type Task = (n: number, ran: SharedInt32, ms: number, pool: ThreadPoolExecutor) => number;
  const tasks = [brief, long, awaits as unknown as Task, nested] as Task[];
  const all: Future<number>[] = [];
  for (let i = 0; i < EACH; i++) {
    const future = pool.submit(tasks[Math.floor(next() * tasks.length)], i, ran, length * next(), pool);
    if (next() < cancels && future.cancel()) cancelled.add(1);
    all.push(future);
    const how = next();
    try {
      if (how < 0.4 && future.result() !== i + 1) wrong.add(1);
      else if (how < 0.8 && (await future) !== i + 1) wrong.add(1);
    } catch (error) {
      if ((error as { code: string }).code !== "FUTURE_CANCELLED" || !future.cancelled()) throw error;
    }
  }
  for (const future of all) {
    const error = future.cancelled() ? undefined : future.exception();
    if (error !== undefined) throw error;
  }
}

describe("a pool under load", () => {
  const seed = freshSeed();
  const random = randomFrom(seed);
  for (let round = 0; round < 4; round++) {
    const submitters = 1 + Math.floor(random() * 3);
    const maxWorkers = 1 + Math.floor(random() * 3);
    const cancels = [0, 0.1, 0.5, 0.9][round];
    const length = random() * 0.5;
    const bounded = random() < 0.5;
    const name = `${submitters} submitters, ${maxWorkers} workers, ${cancels} cancelled, ${bounded ? "bounded" : "unbounded"}`;
    test(`${name}, seed ${seed}: every task ran or was cancelled`, async () => {
      const pool = new ThreadPoolExecutor({ maxWorkers, ...(bounded ? { maxQueue: 4 } : {}) });
      const [ran, cancelled, wrong] = [new SharedInt32(), new SharedInt32(), new SharedInt32()];
      const threads: Thread[] = startEach(
        submitter,
        Array.from(
          { length: submitters },
          (_, i) => [pool, seed + i, cancels, length, ran, cancelled, wrong] as const,
        ),
      );
      await joinAll(threads);
      await pool.shutdownAsync();
      assert.equal(wrong.value, 0);
      assert.equal(ran.value + cancelled.value, submitters * EACH);
      const { finished, failed, cancelled: counted } = pool.metrics;
      assert.equal(failed, 0);
      assert.equal(counted, cancelled.value);
      assert.ok(finished >= ran.value, "nested ones too");
      assert.deepEqual(poolWords(pool), EMPTY);
    });
  }
});
