/** Ways to die for a pool's worker and its submitter, each in a process of its own, which ends by itself. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { captured, type RunResult, runScript } from "../harness/child.ts";
import { CHILD, LONG_CHILD } from "../harness/delays.ts";

const IMPORTS = `
import { EMPTY, poolWords } from "../../test/harness/pools.ts";
import { census } from "../../test/harness/arena.ts";
import { Event, enumerate, Future, Lock, SharedInt32, setExcepthook, sleep, sleepAsync, Thread, ThreadPoolExecutor, wait } from "threadkit";
setExcepthook(() => {});
const outcome = (future: PromiseLike<unknown>) => future.then((value) => "ok " + value, (error) => error.code ?? error.name);
const until = async (done: () => boolean) => { for (const end = performance.now() + 15000; !done() && performance.now() < end; ) await sleepAsync(2); };
/** Waits for the pool's workers to end: idleTimeout is short. */
const quiet = async (pool: ThreadPoolExecutor) => {
  const same = () => JSON.stringify({ ...poolWords(pool), broken: 0 }) === JSON.stringify(EMPTY);
  await until(same);
  return same() ? "quiet" : JSON.stringify(poolWords(pool));
};
`;

async function run(source: string, timeout = CHILD, nodeArgs: string[] = []): Promise<RunResult> {
  return runScript(IMPORTS + source, { timeout, nodeArgs });
}

function ends(result: RunResult, code: number, stdout: string): void {
  assert.equal(result.signal, null, captured(result));
  assert.equal(result.code, code, captured(result));
  assert.equal(result.stdout, stdout, captured(result));
}

/** How a worker dies while it runs a task, and what its future says. */
const DEATHS: Record<string, { task: string; says: string; options?: string }> = {
  "an error in a timer": {
    task: `async () => { setTimeout(() => { throw new RangeError("late"); }, 1); await sleepAsync(10000); }`,
    says: "WORKER_DIED RangeError",
  },
  "an unhandled rejection": {
    task: `async () => { void Promise.reject(new RangeError("unheard")); await sleepAsync(10000); }`,
    says: "WORKER_DIED RangeError",
  },
  "process.exit": { task: "() => process.exit(3)", says: "WORKER_DIED RuntimeError" },
  "no more memory": {
    // Small ones only: one large allocation that does not fit, such as a growing array's, ends the process.
    task: "() => { let last: unknown; for (;;) last = { last }; }",
    says: "WORKER_DIED undefined",
    options: ", resourceLimits: { maxOldGenerationSizeMb: 24, maxYoungGenerationSizeMb: 4 }",
  },
  "terminate while it runs": {
    task: `() => { ready.set(); for (;;); }`,
    says: "WORKER_DIED undefined",
  },
  "terminate while it is blocked": {
    task: `() => { ready.set(); gate.wait(); }`,
    says: "WORKER_DIED undefined",
  },
  "terminate while it awaits": {
    task: `async () => { ready.set(); await gate.waitAsync(); }`,
    says: "WORKER_DIED undefined",
  },
  "terminate while it waits for a task of its pool": {
    task: `() => { const inner = pool.submit(async () => { ready.set(); await gate.waitAsync(); }); inner.result(); }`,
    says: "WORKER_DIED undefined",
  },
};

describe("a worker that dies of its task", () => {
  for (const [name, { task, says, options = "" }] of Object.entries(DEATHS)) {
    test(`by ${name}: that one fails, the queued ones run, and the process ends`, async () => {
      const result = await run(`
        const pool = new ThreadPoolExecutor({ maxWorkers: 1, idleTimeout: 30, threadNamePrefix: "pool"${options} });
        const [ready, gate] = [new Event(), new Event()];
        const dies = pool.submit(${task});
        const queued = [1, 2, 3].map((n) => pool.submit((n: number) => n, n));
        ${
          name.startsWith("terminate")
            ? `await ready.waitAsync();
               await sleepAsync(5);
               const victim = enumerate().find((thread) => thread.name === "pool_0");
               victim?.terminate();`
            : ""
        }
        const error = (await dies.exceptionAsync()) as Error & { code: string };
        console.log(error.code, (error.cause as Error | undefined)?.constructor.name);
        console.log((await Promise.all(queued)).join());
        gate.set();
        console.log(await pool.submit(() => "goes on"), await quiet(pool));
      `);
      ends(result, 0, `${says}\n1,2,3\ngoes on quiet\n`);
    });
  }

  test("before its first task breaks the pool", async () => {
    for (const [initializer, options] of [
      ["() => process.exit(1)", ""],
      ["async () => { setTimeout(() => { throw new Error('late'); }, 1); await sleepAsync(10000); }", ""],
      ["() => {}", ", resourceLimits: { maxOldGenerationSizeMb: 4, maxYoungGenerationSizeMb: 1 }"],
    ]) {
      const result = await run(`
        const pool = new ThreadPoolExecutor({ maxWorkers: 1, initializer: ${initializer}${options} });
        const error = (await pool.submit(() => 1).exceptionAsync()) as Error & { code: string };
        console.log(error.code, (error.cause as Error & { code: string }).code, await quiet(pool));
        pool.shutdown();
      `);
      ends(result, 0, "POOL_BROKEN WORKER_DIED quiet\n");
    }
  });

  test("by terminate in its initializer does not: another takes its place", async () => {
    const result = await run(`
      const [gate, runs] = [new Event(), new SharedInt32()];
      const pool = new ThreadPoolExecutor({ maxWorkers: 1, idleTimeout: 30, threadNamePrefix: "pool", initializer: () => { if (runs.add(1) === 0) gate.wait(); } });
      const future = pool.submit(() => 1);
      await until(() => runs.value === 1);
      enumerate().find((thread) => thread.name === "pool_0")?.terminate();
      console.log(await outcome(future), runs.value, await quiet(pool));
    `);
    ends(result, 0, "ok 1 2 quiet\n");
  });

  test("with a lock held breaks the lock, as any thread does", async () => {
    const result = await run(`
      const lock = new Lock();
      const pool = new ThreadPoolExecutor({ maxWorkers: 2, idleTimeout: 30 });
      const dies = pool.submit(() => { lock.acquire(); process.exit(1); });
      console.log(await outcome(dies), await outcome(pool.submit(() => void lock.acquire())), await quiet(pool));
    `);
    ends(result, 0, "WORKER_DIED LOCK_BROKEN quiet\n");
  });
});

describe("a submitter that is killed", () => {
  test("leaves its tasks in the pool, and no block behind", async () => {
    const result = await run(`
      const pool = new ThreadPoolExecutor({ maxWorkers: 1, idleTimeout: 30 });
      const [gate, ran, all] = [new Event(), new SharedInt32(), new SharedInt32()];
      const submitter = new Thread({ target: () => {
        pool.submit(() => void gate.wait());
        for (let i = 0; i < 100; i++) pool.submit((text: string) => { ran.add(1); return text + "!"; }, "x".repeat(100)).addDoneCallback(() => {});
        all.value = 1;
        sleep(60000);
      } }).start();
      await until(() => all.value === 1);
      submitter.terminate();
      await submitter.joinAsync();
      gate.set();
      console.log(await quiet(pool), ran.value);
      await until(() => (census().Future ?? 0) === 0);
      console.log(census().Future ?? 0);
    `);
    ends(result, 0, "quiet 100\n0\n");
  });

  test("while others wait for its futures, which are done all the same", async () => {
    const result = await run(`
      const pool = new ThreadPoolExecutor({ maxWorkers: 1, idleTimeout: 30 });
      const gate = new Event();
      const handed = new Future<Future<number>[]>();
      const submitter = new Thread({ target: () => {
        handed.setResult([pool.submit(() => { gate.wait(); return 1; }), pool.submit(() => 2)]);
        sleep(60000);
      } }).start();
      const futures = handed.result();
      submitter.terminate();
      await submitter.joinAsync();
      gate.set();
      console.log((await Promise.all(futures)).join(), await quiet(pool));
    `);
    ends(result, 0, "1,2 quiet\n");
  });
});

describe("the process (36)", () => {
  test("runs what is queued before it ends, also from threads that have ended, and keeps its exit code", async () => {
    const result = await run(`
      process.exitCode = 5;
      const pool = new ThreadPoolExecutor(2);
      for (let i = 0; i < 20; i++) pool.submit((n: number) => { sleep(5); console.log("task"); }, i);
      new Thread({ target: () => { for (let i = 0; i < 5; i++) pool.submit(() => { sleep(5); console.log("task"); }); } }).start();
    `);
    ends(result, 5, "task\n".repeat(25));
  });

  test("does not wait for idle workers", async () => {
    const result = await run(`
      const pool = new ThreadPoolExecutor({ maxWorkers: 2, idleTimeout: Infinity });
      pool.submit(() => 1).result();
      console.log("done");
    `);
    ends(result, 0, "done\n");
  });

  test("tells an awaiting main before it ends", async () => {
    const result = await run(`
      const pool = new ThreadPoolExecutor(1);
      pool.submit(() => sleep(50)).then(() => { console.log("told"); return pool.submit(() => 2); }).then((two) => console.log(two));
    `);
    ends(result, 0, "told\n2\n");
  });

  test("refuses to submit in an exit handler, whoever came first", async () => {
    for (const first of ["process.on('exit', handler);", ""]) {
      const result = await run(`
        let pool: ThreadPoolExecutor;
        const handler = () => { try { pool.submit(() => 1); console.log("submitted"); } catch (error) { console.log((error as { code: string }).code); } };
        ${first}
        pool = new ThreadPoolExecutor(1);
        ${first === "" ? "pool.submit(() => 1).result(); process.on('exit', handler);" : ""}
      `);
      ends(result, 0, "POOL_SHUT_DOWN\n");
    }
  });

  test("ends at process.exit with tasks queued and running", async () => {
    const result = await run(`
      const pool = new ThreadPoolExecutor(1);
      for (let i = 0; i < 10; i++) pool.submit(() => sleep(60000));
      setTimeout(() => process.exit(4), 50);
    `);
    ends(result, 4, "");
  });
});

describe("many tasks", () => {
  for (const count of [70_000, 1_000_000]) {
    test(`${count} in flight are all done, and leave nothing`, async () => {
      const result = await run(
        `
        const pool = new ThreadPoolExecutor({ maxWorkers: 2, idleTimeout: 30 });
        const futures: Future<number>[] = [];
        const add = (n: number) => n + 1;
        for (let i = 0; i < ${count}; i++) futures.push(pool.submit(add, i));
        let sum = 0;
        for (const future of futures) sum += future.result();
        console.log(sum, await quiet(pool), census().Future ?? 0);
      `,
        LONG_CHILD,
      );
      ends(result, 0, `${(count * (count + 1)) / 2} quiet 0\n`);
    });
  }

  for (const [name, body] of Object.entries({
    "one after the other, without a turn of the event loop": "pool.submit(add, i).result();",
    "functions that are new each time, without a turn of the event loop":
      "pool.submit((n: number) => n + 1, i).result();",
    "awaited one after the other": "await pool.submit(add, i);",
    "whose futures nobody asks": "pool.submit(add, i); if (i % 500 === 0) await pool.submit(add, i);",
    "that fail": "await pool.submit(fails, i).catch(() => {});",
  })) {
    test(`use no more memory after thousands: ${name}`, async () => {
      const result = await run(
        `
        const { usedBytes } = await import("../../test/harness/arena.ts");
        const pool = new ThreadPoolExecutor({ maxWorkers: 1 });
        const add = (n: number) => n + 1;
        const fails = (n: number) => { throw new Error("no " + n); };
        const turns = ${/fail|new each/.test(name) ? 3_000 : 30_000};
        let before = 0;
        for (let i = 0; i < turns; i++) {
          ${body}
          if (i === turns / 3) before = usedBytes();
        }
        await sleepAsync(200); // V8's code cache is made meanwhile
        const most = usedBytes();
        console.log(most - before < 300_000 ? "flat" : "grew by " + (most - before));
      `,
        LONG_CHILD,
      );
      ends(result, 0, "flat\n");
    });
  }

  test("drop function and arguments after running (39)", async () => {
    const result = await run(
      `
      const pool = new ThreadPoolExecutor({ maxWorkers: 1 });
      const gone = new SharedInt32();
      await pool.submit((big: { data: number[] }) => {
        new FinalizationRegistry(() => gone.add(1)).register(big, 0);
        return big.data.length;
      }, { data: [1, 2, 3] });
      let local: { future?: Future<unknown> } = {};
      let argument: object | undefined = { here: true };
      const registry = new FinalizationRegistry(() => gone.add(10));
      registry.register(argument, 0);
      local.future = pool.submit((x: object) => x, argument);
      await local.future;
      argument = undefined;
      await until(() => { globalThis.gc?.(); return gone.value % 100 >= 10; });
      console.log(gone.value >= 10 ? "dropped" : "kept");
    `,
      CHILD,
      ["--expose-gc"],
    );
    ends(result, 0, "dropped\n");
  });
});
