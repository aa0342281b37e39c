/** Threads and their process: its end, its exit code, its output, the excepthook. Each in a process of its own. */
import assert from "node:assert/strict";
import { captured, type RunOptions, type RunResult, runScript } from "../harness/child.ts";
import { CHILD } from "../harness/delays.ts";
import { describe, test } from "../harness/tests.ts";

const IMPORTS = `import { currentThread, enumerate, Lock, mainThread, setExcepthook, SharedBoolean, SharedInt32, sleep, sleepAsync, Thread } from "threadkit";\n`;

async function run(source: string, options: RunOptions = {}): Promise<RunResult> {
  return runScript(IMPORTS + source, { timeout: CHILD, ...options });
}

function ends(result: RunResult, code: number, stdout?: string): void {
  assert.equal(result.signal, null, captured(result));
  assert.equal(result.code, code, captured(result));
  if (stdout !== undefined) assert.equal(result.stdout, stdout, captured(result));
}

describe("the process (SEMANTICS 23)", () => {
  test("waits for a non-daemon thread when main's code is over", async () => {
    const result = await run(`
      new Thread({ target: () => { sleep(200); console.log("thread"); } }).start();
      console.log("main");
    `);
    ends(result, 0, "main\nthread\n");
  });

  test("waits for threads of threads, whose starters are over", async () => {
    const result = await run(`
      new Thread({ target: () => {
        new Thread({ target: () => {
          new Thread({ target: () => { sleep(200); console.log("innermost"); } }).start();
          console.log("inner");
        } }).start();
        console.log("outer");
      } }).start();
    `);
    ends(result, 0);
    assert.deepEqual(result.stdout.split("\n").filter(Boolean).sort(), ["inner", "innermost", "outer"]);
  });

  test("keeps its exit code while it waits", async () => {
    const result = await run(`
      process.exitCode = 7;
      new Thread({ target: () => sleep(100) }).start();
    `);
    ends(result, 7, "");
  });

  test("has exit code 0 after a thread failed", async () => {
    const result = await run(`
      new Thread({ name: "bad", target: () => { throw new Error("no luck"); } }).start();
    `);
    ends(result, 0, "");
    assert.match(result.stderr, /^Exception in thread bad:\nError: no luck\n {4}at /);
  });

  test("stops daemons dead when nothing else is left", async () => {
    const result = await run(`
      new Thread({ daemon: true, target: () => { try { for (;;) sleep(5); } finally { console.log("finally"); } } }).start();
      new Thread({ daemon: true, target: () => { for (;;); } }).start();
      sleep(100);
      console.log("main");
    `);
    ends(result, 0, "main\n");
  });

  test("stops daemons that a daemon started, and daemons in the middle of an await", async () => {
    const result = await run(`
      new Thread({ daemon: true, target: async () => {
        new Thread({ target: () => { for (;;) sleep(5); } }).start();
        await new Promise(() => setInterval(() => {}, 5));
      } }).start();
      sleep(150);
    `);
    ends(result, 0, "");
  });

  test("is ended at once by process.exit() in main, whatever its threads do", async () => {
    const result = await run(`
      new Thread({ target: () => { for (;;); } }).start();
      new Thread({ target: () => sleep(60_000) }).start();
      const lock = new Lock(); lock.acquire();
      new Thread({ target: () => lock.acquire() }).start();
      sleep(150);
      process.exit(5);
    `);
    ends(result, 5, "");
    assert.equal(result.stderr, "");
  });

  test("is ended by an error in main as Node does, with the threads running", async () => {
    const result = await run(`
      new Thread({ target: () => { for (;;) sleep(5); } }).start();
      sleep(50);
      throw new Error("main fails");
    `);
    ends(result, 1, "");
    assert.match(result.stderr, /Error: main fails/);
    assert.doesNotMatch(result.stderr, /Exception in thread/);
  });

  test("does not wait for an idle worker, and ends soon after its last thread", async () => {
    const result = await run(`
      for (let i = 0; i < 3; i++) new Thread({ target: () => {} }).start().join();
      const end = Date.now();
      process.on("exit", () => console.log(Date.now() - end < 5_000));
    `);
    ends(result, 0, "true\n");
  });

  test("is held by a pending acquireAsync and joinAsync, and by nothing when all have settled", async () => {
    const result = await run(`
      const lock = new Lock();
      lock.acquire();
      void lock.acquireAsync().then(() => console.log("taken"));
      const daemon = new Thread({ daemon: true, target: () => { sleep(100); lock.release(); } }).start();
      void daemon.joinAsync().then(() => console.log("joined"));
    `);
    ends(result, 0);
    assert.deepEqual(result.stdout.split("\n").filter(Boolean).sort(), ["joined", "taken"]);
  });

  test("is held by sleepAsync", async () => {
    ends(await run(`void sleepAsync(50).then(() => console.log("awake"));`), 0, "awake\n");
  });

  test("runs main's exit handlers after its threads are over", async () => {
    const result = await run(`
      process.on("exit", () => console.log("exit"));
      process.on("beforeExit", () => console.log("beforeExit"));
      new Thread({ target: () => { sleep(100); console.log("thread"); } }).start();
    `);
    ends(result, 0, "thread\nbeforeExit\nexit\n");
  });

  test("only loses the thread that calls process.exit()", async () => {
    const result = await run(`
      const t = new Thread({ target: () => { process.exit(9); } }).start();
      t.join();
      console.log(t.state, (t.exception as { code: string }).code);
      console.log((t.exception as Error).message);
    `);
    ends(
      result,
      0,
      "terminated THREAD_EXITED\n" +
        "cannot go on with the thread: process.exit(9) was called in it. Return from target to end a thread.\n",
    );
  });
});

describe("a program given to node as text", () => {
  const PROGRAM = `
    import { Thread } from "threadkit";
    const t = new Thread({ target: () => console.log("runs") }).start();
    t.join();
    console.log(String(t.exception));`;

  for (const [name, nodeArgs] of [
    ["by --eval", []],
    ["by --eval, with a loader", ["--import", import.meta.resolve("tsx")]],
  ] as const)
    test(`${name}, runs threads while main is blocked`, async () => {
      const result = await run(`
        import { spawnSync } from "node:child_process";
        const args = [...${JSON.stringify(nodeArgs)}, "--input-type=module", "--eval", ${JSON.stringify(PROGRAM)}];
        const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", timeout: 20_000 });
        console.log(stdout + stderr);
      `);
      ends(result, 0, "runs\nundefined\n\n");
    });
});

describe("console in a thread (API rule 7)", () => {
  test("writes at once while main is blocked in join", async () => {
    const result = await run(`
      const t = new Thread({ target: () => {
        for (let i = 0; i < 5; i++) console.log("line", i);
        console.error("error");
        process.stdout.write("no newline");
        process.stdout.write(Buffer.from(" bytes\\n"));
        sleep(60_000);
      } }).start();
      t.join({ timeout: 1_000 });
      process.kill(process.pid, "SIGKILL"); // nothing can be flushed after this
    `);
    assert.equal(result.signal, "SIGKILL", captured(result));
    assert.equal(result.stdout, "line 0\nline 1\nline 2\nline 3\nline 4\nno newline bytes\n");
    assert.equal(result.stderr, "error\n");
  });

  test("loses nothing when the thread is terminated next, or ends by process.exit()", async () => {
    const result = await run(`
      const logged = new SharedBoolean();
      const t = new Thread({ target: () => {
        for (let i = 0; i < 500; i++) console.log("a", i);
        logged.value = true;
        for (;;);
      } }).start();
      while (!logged.value) sleep(1);
      t.terminate();
      t.join();
      new Thread({ target: () => { for (let i = 0; i < 500; i++) console.log("b", i); process.exit(); } }).start().join();
    `);
    ends(result, 0);
    const expected = ["a", "b"].flatMap((name) => Array.from({ length: 500 }, (_, i) => `${name} ${i}`));
    assert.deepEqual(result.stdout.trimEnd().split("\n"), expected);
  });

  test("keeps lines whole, and in order for each thread, when many write long ones at once", async () => {
    const result = await run(
      `
      const threads = [0, 1, 2, 3].map((id) => new Thread({ target: () => {
        for (let i = 0; i < 300; i++) console.log(id + ":" + i + ":" + String(id).repeat(200 + 37 * (i % 100)) + ":end");
      } }).start());
      for (const t of threads) t.join();
    `,
    );
    ends(result, 0);
    const next = [0, 0, 0, 0];
    const lines = result.stdout.trimEnd().split("\n");
    assert.equal(lines.length, 1200);
    for (const line of lines) {
      const match = /^(\d):(\d+):(\d+):end$/.exec(line);
      assert.ok(match, `a torn line: ${line.slice(0, 80)}`);
      const [, id, i, body] = match;
      assert.equal(Number(i), next[Number(id)]++, "out of order");
      assert.equal(body, id.repeat(200 + 37 * (Number(i) % 100)));
    }
  });

  test("survives a reader that is gone", async () => {
    const result = await run(`
      import { spawn } from "node:child_process";
      // A child of ours whose stdout nobody reads any more.
      const child = spawn(process.execPath, [...process.execArgv, "--input-type=module", "-e", \`
        import { Thread } from "threadkit";
        const t = new Thread({ target: () => { for (let i = 0; i < 3000; i++) console.log("x".repeat(1000)); } }).start();
        t.join();
        process.exitCode = t.exception === undefined ? 0 : 4;
      \`], { stdio: ["ignore", "pipe", "inherit"] });
      child.stdout.destroy();
      child.on("exit", (code, signal) => console.log("child", code, signal));
    `);
    ends(result, 0, "child 0 null\n");
  });

  test("has a working callback, formats, and groups", async () => {
    const result = await run(`
      const t = new Thread({ target: async () => {
        console.log("%s is %d", "n", 3, { a: [1] });
        console.group("group");
        console.info("inside");
        console.groupEnd();
        await new Promise((done) => process.stdout.write("callback\\n", done as () => void));
        await new Promise((done) => process.stdout.write("c3", "latin1", done as () => void));
        process.stdout.write("\\n");
        console.log("end");
      } }).start();
      t.join();
    `);
    ends(result, 0, "n is 3 { a: [ 1 ] }\ngroup\n  inside\ncallback\nc3\nend\n");
  });
});

describe("the excepthook (SEMANTICS 19)", () => {
  test("by default prints name and stack to stderr at once, while main is blocked", async () => {
    const result = await run(`
      const t = new Thread({ name: "w-1", target: function failing() { throw new RangeError("too far"); } }).start();
      t.join();
      process.kill(process.pid, "SIGKILL");
    `);
    assert.match(result.stderr, /^Exception in thread w-1:\nRangeError: too far\n {4}at .*failing.*\n/);
    assert.equal(result.signal, "SIGKILL");
  });

  test("by default prints what is no error as well", async () => {
    const result = await run(`
      for (const value of [null, undefined, "text", { a: 1 }])
        new Thread({ name: "w", target: (v) => { throw v; }, args: [value] }).start().join();
    `);
    ends(result, 0, "");
    assert.equal(
      result.stderr,
      ["null", "undefined", "'text'", "{ a: 1 }"].map((text) => `Exception in thread w:\n${text}\n`).join(""),
    );
  });

  test("may set the exit code", async () => {
    const result = await run(`
      setExcepthook(({ error, thread }) => {
        console.log(thread.name, (error as Error).message, currentThread() === mainThread());
        process.exitCode = 11;
      });
      new Thread({ name: "w", target: () => { throw new Error("no luck"); } }).start();
    `);
    ends(result, 11, "w no luck true\n");
    assert.equal(result.stderr, "");
  });

  test("is called before the process ends, also for the last thread and one that a thread started", async () => {
    const result = await run(`
      setExcepthook(({ thread }) => console.log(thread.name));
      new Thread({ name: "outer", target: () => {
        new Thread({ name: "inner", target: () => { sleep(50); throw new Error("inner"); } }).start();
        throw new Error("outer");
      } }).start();
    `);
    ends(result, 0, "outer\ninner\n");
  });

  test("that throws does not take the process down: both errors are printed", async () => {
    const result = await run(`
      setExcepthook(() => { throw new TypeError("hook fails"); });
      new Thread({ name: "w", target: () => { throw new RangeError("thread fails"); } }).start();
      new Thread({ name: "v", target: () => { throw new RangeError("thread fails"); } }).start();
      process.on("exit", () => console.log("exit"));
    `);
    ends(result, 0, "exit\n");
    assert.match(result.stderr, /Exception in thread w:\nRangeError: thread fails/);
    assert.match(result.stderr, /Exception in thread v:\nRangeError: thread fails/);
    assert.match(result.stderr, /The excepthook failed too:\nTypeError: hook fails/);
  });

  test("can be taken back", async () => {
    const result = await run(`
      setExcepthook(() => console.log("hook"));
      setExcepthook(undefined);
      new Thread({ name: "w", target: () => { throw new Error("no luck"); } }).start();
    `);
    ends(result, 0, "");
    assert.match(result.stderr, /^Exception in thread w:\nError: no luck/);
  });

  test("of a thread is called in that thread, and forgotten with it", async () => {
    const result = await run(`
      const ready = new SharedBoolean();
      const called = new SharedBoolean();
      const keeper = new Thread({ name: "keeper", target: async () => {
        setExcepthook(({ thread }) => { console.log(thread.name, "in", currentThread().name); called.value = true; });
        ready.value = true;
        while (!called.value) await sleepAsync(1);
      } }).start();
      while (!ready.value) sleep(1);
      new Thread({ name: "a", target: () => { throw new Error("a fails"); } }).start().join();
      keeper.join();
      new Thread({ name: "b", target: () => { throw new Error("b fails"); } }).start().join();
    `);
    ends(result, 0, "a in keeper\n");
    assert.match(result.stderr, /^Exception in thread b:\nError: b fails/);
  });

  test("hears of every failure of a thread that is out of memory", async () => {
    const result = await run(`
      setExcepthook(({ error, thread }) => { console.log(thread.name, (error as { code: string }).code); });
      const t = new Thread({ name: "hungry", resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 }, target: () => {
        const all: unknown[] = [];
        for (;;) all.push({ a: [all.length] });
      } }).start();
      void t.joinAsync().then(() => console.log("joined"));
    `);
    ends(result, 0);
    assert.deepEqual(result.stdout.trimEnd().split("\n").sort(), ["hungry THREAD_DIED", "joined"]);
  });
});

describe("the first worker of a process", () => {
  for (const [what, body] of [
    ["a timer", "setInterval(() => {}, 5)"],
    ["a listener on process", 'process.on("warning", () => {})'],
    ["a new global", "Object.assign(globalThis, { leftover: 1 })"],
  ] as const) {
    test(`is not used again if its first thread left ${what}`, async () => {
      const result = await run(`
        const first = new Thread({ target: () => { ${body}; } }).start();
        first.join();
        const second = new Thread({ target: () => {} }).start();
        second.join();
        console.log(first.exception, second.exception, first.nativeId !== second.nativeId);
      `);
      ends(result, 0, "undefined undefined true\n");
    });
  }
});

describe("flags of node that workers do not take", () => {
  test("do not keep threads from starting", async () => {
    const result = await run(
      `
      const t = new Thread({ target: () => { console.log(typeof globalThis.gc); } }).start();
      t.join();
    `,
      { nodeArgs: ["--expose-gc", "--max-old-space-size=512", "--stack-size=1000"] },
    );
    ends(result, 0, "function\n");
  });
});

describe("an error class that shipped code does not name", () => {
  test("is kept too, if a module exports it that shipped code imports", async () => {
    const result = await runScript(
      `
      import { setExcepthook, Thread } from "threadkit";
      import { fail, UnnamedError } from "../../test/fixtures/errors/plain.mjs";
      setExcepthook(() => {});
      const t = new Thread({ target: () => fail() });
      t.start().join();
      console.log(t.exception instanceof UnnamedError, t.exception.message);
      `,
      { timeout: CHILD, ext: "mjs" },
    );
    ends(result, 0, "true from within\n");
  });
});

describe("what is transferred", () => {
  test("has left its sender when the call returns, also before the first thread runs", async () => {
    const result = await runScript(
      `
      import { ThreadPoolExecutor, transfer } from "threadkit";
      const pool = new ThreadPoolExecutor(1);
      const bytes = new Uint8Array([1]);
      const first = pool.submit((buffer) => new Uint8Array(buffer)[0], transfer(bytes.buffer));
      bytes[0] = 2;
      console.log(bytes.length, first.result());
      `,
      // The watchdog would have the supervisor started first of all.
      { timeout: CHILD, ext: "mjs", env: { THREADKIT_DUMP_AFTER: undefined } },
    );
    ends(result, 0, "0 1\n");
  });
});
