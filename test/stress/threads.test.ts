/** Many threads: one after the other without growth, two hundred at once, and allocation from four at a time. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { captured, runScript } from "../harness/child.ts";
import { LONG_CHILD } from "../harness/delays.ts";
import { freshSeed } from "../harness/random.ts";

async function run(source: string, ...args: string[]) {
  const result = await runScript(source, { args, nodeArgs: ["--expose-gc"], timeout: LONG_CHILD });
  assert.equal(result.code, 0, captured(result));
  return { ...result, found: JSON.parse(result.stdout) };
}

describe("many threads", { concurrency: false }, () => {
  test("a thousand started and joined, one after the other, leave nothing behind", async () => {
    const { found, stderr } = await run(`
      import { allocatorFaults, census, usedBytes } from "../../test/harness/arena.ts";
      import { activeCount, sleepAsync, SharedInt32, Thread } from "threadkit";
      const n = new SharedInt32();
      const cycle = async (i: number) => {
        const t = new Thread({ target: (k: number) => { n.add(k); }, args: [i] }).start();
        if (i % 2) t.join(); else await t.joinAsync();
        if (t.exception !== undefined) throw t.exception;
      };
      // Handles are given back when their realm collects garbage: main, and whichever workers are in the cache.
      const collect = async () => {
        for (let round = 0; round < 5; round++) {
          const threads = Array.from({ length: 6 }, () => new Thread({ target: async () => {
            for (let i = 0; i < 3; i++) { globalThis.gc!(); await sleepAsync(2); }
          } }).start());
          for (const t of threads) await t.joinAsync();
          globalThis.gc!();
          await sleepAsync(5);
        }
      };
      for (let i = 0; i < 100; i++) await cycle(i);
      await collect();
      const before = { used: usedBytes(), census: census(), rss: process.memoryUsage.rss() };
      for (let i = 0; i < 1_000; i++) await cycle(i);
      await collect();
      const after = { used: usedBytes(), census: census(), rss: process.memoryUsage.rss() };
      console.log(JSON.stringify({ before, after, sum: n.value, active: activeCount(), faults: allocatorFaults() }));
    `);
    const { before, after } = found;
    assert.equal(found.sum, 4950 + 499_500);
    assert.equal(found.active, 1);
    assert.deepEqual(found.faults, []);
    // Handles in workers that the six collecting threads did not happen to get may be left.
    assert.ok(after.used - before.used < 20_000, `the arena grew: ${JSON.stringify(found)}${stderr}`);
    assert.ok((after.census.Thread ?? 0) - (before.census.Thread ?? 0) < 100, JSON.stringify(found));
    assert.ok(after.rss - before.rss < 100e6, `RSS grew by ${(after.rss - before.rss) / 1e6} MB`);
  });

  test("two hundred at once all run, all are listed, all block on one lock, and all get through", async () => {
    const { found } = await run(`
      import { lockWords } from "../../test/harness/arena.ts";
      import { activeCount, enumerate, Lock, SharedInt32, sleep, Thread } from "threadkit";
      const lock = new Lock();
      lock.acquire();
      const n = new SharedInt32();
      const through = new SharedInt32();
      const threads = Array.from({ length: 200 }, () => new Thread({ target: () => {
        n.add(1);
        lock.acquire();
        through.value += 1;
        lock.release();
      } }).start());
      const listed = activeCount();
      const end = performance.now() + 80_000;
      while (threads.some((t) => t.state !== "blocked") && performance.now() < end) sleep(10);
      const blocked = threads.filter((t) => t.state === "blocked").length;
      const natives = new Set(threads.map((t) => t.nativeId)).size;
      const idents = new Set(enumerate().map((t) => t.ident)).size;
      lock.release();
      for (const t of threads) t.join({ timeout: 20_000 });
      console.log(JSON.stringify({ listed, blocked, natives, idents, n: n.value, through: through.value, words: lockWords(lock) }));
      process.exit();
    `);
    assert.deepEqual(found, {
      listed: 201,
      blocked: 200,
      natives: process.platform === "linux" ? 200 : found.natives,
      idents: 201,
      n: 200,
      through: 200,
      words: { word: 0, guard: 0, head: 0, tail: 0 },
    });
  });

  test("four that allocate and drop at random share one allocator without a fault", async (t) => {
    const seed = freshSeed();
    t.diagnostic(`seed ${seed}`);
    const { found } = await run(
      `
      import { allocatorFaults, arenaWords, usedBytes } from "../../test/harness/arena.ts";
      import { randomFrom } from "../../test/harness/random.ts";
      import { Lock, SharedBigInt64, SharedFloat64, SharedInt32, sleepAsync, Thread } from "threadkit";
      const seed = Number(process.argv[2]);
      const wrong = new SharedInt32();
      const made = new SharedInt32();
      const fuzz = async (seed: number) => {
        const random = randomFrom(seed);
        const kept: (SharedInt32 | SharedFloat64 | SharedBigInt64 | Lock | Thread)[] = [];
        const values: number[] = [];
        for (let i = 0; i < 30_000; i++) {
          const place = Math.floor(random() * 200);
          const old = kept[place];
          if (old instanceof SharedInt32 && old.value !== values[place]) wrong.add(1);
          if (old instanceof SharedFloat64 && old.value !== values[place]) wrong.add(1);
          if (old instanceof SharedBigInt64 && Number(old.value) !== values[place]) wrong.add(1);
          if (old instanceof Thread && old.name.length !== values[place]) wrong.add(1);
          if (old instanceof Lock && old.locked() !== (values[place] === 1)) wrong.add(1);
          const kind = Math.floor(random() * 5);
          values[place] = Math.floor(random() * 3_000) + 1;
          if (kind === 4) values[place] %= 2;
          kept[place] = kind === 0 ? new SharedInt32(values[place])
            : kind === 1 ? new SharedFloat64(values[place])
            : kind === 2 ? new SharedBigInt64(BigInt(values[place]))
            : kind === 3 ? new Thread({ name: "n".repeat(values[place]) })
            : new Lock();
          if (kind === 4 && values[place] === 1) (kept[place] as Lock).acquire();
          made.add(1);
          if (i % 3_000 === 0) { globalThis.gc!(); await sleepAsync(0); }
        }
        kept.length = 0;
        for (let i = 0; i < 10; i++) { globalThis.gc!(); await sleepAsync(1); }
      };
      const before = usedBytes();
      const threads = [1, 2, 3, 4].map((i) => new Thread({ target: fuzz, args: [seed + i] }).start());
      let peak = 0;
      for (const t of threads) while (!(await t.joinAsync({ timeout: 5 }))) peak = Math.max(peak, usedBytes());
      for (const t of threads) if (t.exception !== undefined) throw t.exception;
      const end = performance.now() + 5_000;
      while (allocatorFaults().length > 0 && performance.now() < end) await sleepAsync(5);
      console.log(JSON.stringify({ wrong: wrong.value, made: made.value, faults: allocatorFaults(), peak, left: usedBytes() - before }));
      `,
      String(seed),
    );
    assert.equal(found.wrong, 0, `a block was overwritten, seed ${seed}`);
    assert.equal(found.made, 120_000);
    assert.deepEqual(found.faults, [], `seed ${seed}`);
    assert.ok(
      found.left < found.peak / 10,
      `${found.left} of ${found.peak} bytes were not given back, seed ${seed}`,
    );
  });
});
