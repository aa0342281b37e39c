/**
 * Workers and submitters of a pool killed at random moments. Every future gets exactly one outcome, the pool goes on, and
 * when all is over its words are as if nobody had ever come: no task counted, no seat taken, no block lost.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { runKills } from "../harness/killing.ts";
import { freshSeed } from "../harness/random.ts";

const SCRIPT = `
import { census, arenaWords } from "../../test/harness/arena.ts";
import { EMPTY, poolWords } from "../../test/harness/pools.ts";
import { enumerate, Future, sleepAsync as nap, ThreadPoolExecutor } from "threadkit";

const workers = mix.includes("workers");
const submitters = mix.includes("submitters");
const options = mix.includes("queue") ? { maxQueue: 3 } : {};
const pool = new ThreadPoolExecutor({ maxWorkers: 3, idleTimeout: 50, threadNamePrefix: "pool", ...options });
const ran = new SharedInt32();

const brief = (n: number, ran: SharedInt32) => { ran.add(1); return n * 2; };
const spin = (n: number, ran: SharedInt32) => { ran.add(1); for (const end = performance.now() + n % 3; performance.now() < end; ); return n * 2; };
const awaits = async (n: number, ran: SharedInt32) => { ran.add(1); await nap(n % 2); return n * 2; };
const nested = (n: number, ran: SharedInt32) => { ran.add(1); return pool.submit(brief, n, ran).result(); };
const text = (n: number, ran: SharedInt32) => { ran.add(1); return "x".repeat(n % 500); };
const tasks = [brief, spin, awaits, nested, text] as ((n: number, ran: SharedInt32) => unknown)[];
const submitLoop = () => {
  const all: unknown[] = [];
  for (let i = 0; !stop.value; i++) {
    const future = pool.submit(tasks[i % tasks.length], i, ran);
    if (i % 11 === 0) future.cancel();
    if (i % 3 === 0) try { future.result(); } catch {}
    else all.push(future);
    if (all.length > 30) all.length = 0;
    turns.add(1);
  }
};
const begin = () => new Thread({ name: "submitter", target: submitLoop }).start();
const threads = submitters ? [begin(), begin()] : [];
const outcomes: Record<string, number> = {};
let settled = 0, given = 0, wrong = 0;
const count = (key: string) => { outcomes[key] = (outcomes[key] ?? 0) + 1; };
async function kill() {
  const victims = enumerate().filter((thread) => (workers && thread.name.startsWith("pool")) || (submitters && thread.name === "submitter"));
  const victim = victims[Math.floor(random() * victims.length)];
  if (victim === undefined) return;
  victim.terminate();
  await victim.joinAsync({ timeout: 20000 });
  const at = threads.indexOf(victim);
  if (at >= 0) threads[at] = begin();
}
const pending = new Set<Future<unknown>>();
for (let n = 0; n < kills; n++) {
  for (let i = 0; i < 25; i++) {
    const which = Math.floor(random() * tasks.length);
    const future = options.maxQueue ? (await pool.submitAsync(tasks[which], i, ran)).future : pool.submit(tasks[which], i, ran);
    given++;
    if (random() < 0.1) future.cancel();
    pending.add(future);
    future.then((value) => { if (which < 4 && value !== i * 2) wrong++; count("finished"); }, (error) => count(error.code)).then(() => { settled++; pending.delete(future); });
  }
  const wait = random() * 6;
  if (random() < 0.5) await nap(wait); else for (const end = performance.now() + wait; performance.now() < end; );
  await kill();
}
stop.value = true;
for (const thread of threads) await thread.joinAsync({ timeout: 20000 });
for (const end = performance.now() + 20000; pending.size > 0 && performance.now() < end; ) await nap(5);
const after = await pool.submit(brief, 21, ran).resultAsync({ timeout: 10000 });
threads.length = 0;
const quiet = () => JSON.stringify(poolWords(pool)) === JSON.stringify(EMPTY);
for (const end = performance.now() + 10000; !(quiet() && activeCount() === 1) && performance.now() < end; ) { await nap(5); }
for (let i = 0; i < 20; i++) { globalThis.gc?.(); await nap(5); }
const { Future: futures = 0, Message: messages = 0, Pool: pools = 0, Mail: mails = 0 } = census();
console.log(JSON.stringify({ given, settled, wrong, after, outcomes: Object.keys(outcomes).sort(), words: poolWords(pool), futures, messages, pools, mails }));
`;

describe("threads of a pool killed at random moments", () => {
  for (const [mix, kills] of [
    ["workers", 60],
    ["submitters", 60],
    ["workers,submitters", 60],
    ["workers,submitters,queue", 40],
  ] as const) {
    const seed = freshSeed();
    test(`${mix}: each future has one outcome and the pool is whole, seed ${seed}`, async () => {
      const { found, where, ok } = await runKills(SCRIPT, seed, kills, mix);
      assert.ok(ok, where);
      const { given, settled, wrong, after, words, outcomes, futures, messages, pools } = found as {
        [key: string]: number;
      } & { words: Record<string, number>; outcomes: string[] };
      assert.equal(settled, given, where);
      assert.equal(wrong, 0, where);
      assert.equal(after, 42, where);
      assert.deepEqual(words, Object.fromEntries(Object.keys(words).map((key) => [key, 0])), where);
      assert.ok(
        outcomes.every((code) => ["finished", "FUTURE_CANCELLED", "WORKER_DIED"].includes(code)),
        `${outcomes} ${where}`,
      );
      // Who dies between two steps of giving a block back may cost it, as may one between making and storing it.
      assert.equal(pools, 1, where);
      assert.ok(futures <= 5 + kills / 2, `${futures} futures are left: ${where}`);
      assert.ok(messages <= 20 + kills, `${messages} messages are left: ${where}`);
    });
  }
});
