/** Warnings that teach: told once, at once, with a code by which they are switched off; silent where nothing is wrong. */
import assert from "node:assert/strict";
import { captured, runScript } from "../harness/child.ts";
import { describe, test } from "../harness/tests.ts";

const IMPORTS = `import { Event, Lock, RLock, SharedBoolean, sleep, Thread, ThreadPoolExecutor, Timer } from "threadkit";\n`;

async function stderrOf(source: string, nodeArgs: string[] = []): Promise<string> {
  const result = await runScript(IMPORTS + source, { nodeArgs });
  assert.equal(result.code, 0, captured(result));
  return result.stderr;
}

const codesIn = (stderr: string) => stderr.match(/\[THREADKIT_\w+\]/g) ?? [];

describe("THREADKIT_NOT_STARTED", () => {
  test("names the threads that were made and never started when the process ends", async () => {
    const stderr = await stderrOf(`
      const lazy = () => {};
      const kept = [1, 2, 3, 4].map(() => new Thread({ target: lazy }));
      const timer = new Timer(10, () => {});
      process.on("exit", () => kept.length + timer.interval);
    `);
    assert.deepEqual(codesIn(stderr), ["[THREADKIT_NOT_STARTED]"]);
    assert.match(
      stderr,
      /\(lazy\).* and 2 others: made and never started, so that no target ran\. Call start\(\)/,
    );
  });

  test("is not told of threads that were started, there or elsewhere, refused, or made by a pool", async () => {
    const stderr = await stderrOf(`
      const t = new Thread({ target: () => {} });
      new Thread({ target: (t: Thread) => { t.start().join(); }, args: [t] }).start().join();
      t.join();
      using pool = new ThreadPoolExecutor(2);
      pool.submit(() => 1).result();
      const refused = [1, 2].map(() => new Thread({ target: () => promise }));
      const promise = Promise.resolve();
      for (const thread of [...refused, ...refused]) try { thread.start(); } catch {}
      process.on("exit", () => refused.length);
    `);
    assert.deepEqual(codesIn(stderr), []);
  });

  test("does not name those whose start was refused", async () => {
    const stderr = await stderrOf(`
      const promise = Promise.resolve();
      const refused = new Thread({ target: () => promise, name: "refused" });
      try { refused.start(); } catch {}
      const forgotten = new Thread({ target: () => {}, name: "forgotten" });
      process.on("exit", () => [refused, forgotten].length);
    `);
    assert.match(stderr, /ThreadkitWarning: forgotten: made and never started/);
  });

  test("is not told when the program fails, which is told already", async () => {
    const result = await runScript(
      `${IMPORTS} const t = new Thread({ target: () => {} }); process.exit(t.isAlive() ? 0 : 3);`,
    );
    assert.equal(result.code, 3);
    assert.deepEqual(codesIn(result.stderr), []);
  });

  test("is switched off by its code", async () => {
    const source = "const kept = new Thread({ target: () => {} }); process.on('exit', () => kept.name);";
    assert.deepEqual(codesIn(await stderrOf(source, ["--disable-warning=THREADKIT_NOT_STARTED"])), []);
    assert.deepEqual(codesIn(await stderrOf(source, ["--disable-warning=ThreadkitWarning"])), []);
    assert.deepEqual(codesIn(await stderrOf(source, ["--no-warnings"])), []);
    assert.deepEqual(codesIn(await stderrOf(source, ["--disable-warning=OTHER"])), [
      "[THREADKIT_NOT_STARTED]",
    ]);
  });
});

describe("THREADKIT_WAITS_FOR_ITSELF", () => {
  const TWICE = `
    const lock = new Lock();
    const inTime = (lock: Lock) => { lock.acquire(); lock.acquire(); };
    const t = new Thread({ target: inTime, args: [lock], daemon: true }).start();
  `;
  test("is told while the thread waits for a Lock that it holds", async () => {
    const stderr = await stderrOf(`${TWICE} t.join({ timeout: 3000 }); process.exit();`);
    assert.deepEqual(codesIn(stderr), ["[THREADKIT_WAITS_FOR_ITSELF]"]);
    assert.match(stderr, /another thread can end the wait.*RLock/);
  });

  test("is not told of a wait for a lock that another thread holds", async () => {
    const stderr = await stderrOf(`
      const lock = new Lock();
      lock.acquire();
      const t = new Thread({ target: () => lock.with(() => {}) }).start();
      t.join({ timeout: 2500 });
      lock.release();
      t.join();
    `);
    assert.deepEqual(codesIn(stderr), []);
  });
});

describe("THREADKIT_BLOCKED_MAIN", () => {
  test("is told while main blocks for long and a server waits for it", async () => {
    const stderr = await stderrOf(`
      const { createServer } = await import("node:net");
      const server = createServer().listen(0);
      await new Promise((resolve) => server.on("listening", resolve));
      sleep(5500);
      server.close();
    `);
    assert.deepEqual(codesIn(stderr), ["[THREADKIT_BLOCKED_MAIN]"]);
    assert.match(stderr, /blocked for 5 s, .*\(TCPServerWrap\).*Await the Async form/);
  });

  test("is not told of a script that has nothing else to do", async () => {
    assert.deepEqual(
      codesIn(await stderrOf("new Thread({ target: () => sleep(5500) }).start().join();")),
      [],
    );
  });
});

describe("THREADKIT_NO_WORKERS", () => {
  const FAILS_IN_WORKERS = `data:text/javascript,${encodeURIComponent(
    'import { isMainThread } from "node:worker_threads"; if (!isMainThread) throw new Error("not here");',
  )}`;

  test("is told while main is blocked and no worker can start; the wait goes on", async () => {
    const source =
      "console.log(new Thread({ target: () => {}, daemon: true }).start().join({ timeout: 11_000 })); process.exit();";
    const result = await runScript(IMPORTS + source, { nodeArgs: ["--import", FAILS_IN_WORKERS] });
    assert.equal(result.stdout, "false\n", captured(result));
    assert.deepEqual(codesIn(result.stderr), ["[THREADKIT_NO_WORKERS]"]);
  });

  test("and one who awaits gets the error", async () => {
    const source =
      "const t = new Thread({ target: () => {} }).start(); await t.joinAsync(); console.log(String(t.exception));";
    const result = await runScript(IMPORTS + source, { nodeArgs: ["--import", FAILS_IN_WORKERS] });
    assert.match(
      result.stdout,
      /^RuntimeError: cannot run Thread-1.*: its worker ended before it could run anything \(Error: not here\)\. Look at what workers load first \(--import/,
      captured(result),
    );
  });
});
