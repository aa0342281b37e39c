/** terminate(): from where it can be called, of whom, and what it races with. Each in a process of its own. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { captured, type RunOptions, runScript } from "../harness/child.ts";
import { CHILD, LONG_CHILD } from "../harness/delays.ts";

const IMPORTS = `import { BrokenLockError, currentThread, enumerate, Lock, mainThread, SharedBoolean, SharedInt32, sleep, sleepAsync, Thread } from "threadkit";
const LONG = 15_000;
`;

async function prints(source: string, stdout: string, options: RunOptions = {}): Promise<void> {
  // A script that patches globals first imports the library itself, later.
  const imports = source.includes('import("threadkit")') ? "export {};" : IMPORTS;
  const result = await runScript(imports + source, { timeout: CHILD, ...options });
  assert.equal(result.code, 0, captured(result));
  assert.equal(result.stdout, stdout, captured(result));
}

describe("terminate() is called", () => {
  test("by a thread, of a child of main's, while main is blocked in join", async () => {
    await prints(
      `
      for (let i = 0; i < 20; i++) {
        const a = new Thread({ target: () => { for (;;); } }).start();
        const b = new Thread({ target: () => { while (a.state !== "running") sleep(1); if (!a.terminate()) throw new Error("false"); } }).start();
        if (!a.join({ timeout: LONG })) { console.log("hangs in round", i); process.exit(); }
        b.join();
        if (b.exception) throw b.exception;
      }
      console.log("all ended");
      `,
      "all ended\n",
    );
  });

  test("by a thread, of a child of main's, while main sleeps, waits for a lock, or turns its event loop", async () => {
    await prints(
      `
      for (const how of ["sleep", "lock", "loop", "lockAsync"]) {
        const lock = new Lock(); lock.acquire();
        const a = new Thread({ target: () => { for (;;); } }).start();
        const b = new Thread({ target: () => { while (a.state !== "running") sleep(1); a.terminate(); a.join(); lock.release(); } }).start();
        if (how === "sleep") for (let i = 0; i < 500 && a.isAlive(); i++) sleep(20);
        if (how === "lock") lock.acquire({ timeout: LONG });
        if (how === "loop") for (let i = 0; i < 500 && a.isAlive(); i++) await sleepAsync(20);
        if (how === "lockAsync") await lock.acquireAsync({ timeout: LONG });
        console.log(how, a.state);
        b.join();
      }
      `,
      "sleep terminated\nlock terminated\nloop terminated\nlockAsync terminated\n",
    );
  });

  test("by main, of a thread that a thread started", async () => {
    await prints(
      `
      const started = new SharedBoolean();
      new Thread({ target: () => {
        new Thread({ name: "inner", target: () => { started.value = true; for (;;); } }).start();
      } }).start().join();
      while (!started.value) sleep(1);
      const inner = enumerate().find((t) => t.name === "inner") as Thread;
      console.log(inner.terminate(), inner.join({ timeout: LONG }), inner.state);
      `,
      "true true terminated\n",
    );
  });

  test("by a thread, of its own child and of its starter", async () => {
    await prints(
      `
      const outer = new Thread({ name: "outer", target: () => {
        const inner = new Thread({ target: () => { for (;;); } }).start();
        while (inner.state !== "running") sleep(1);
        inner.terminate();
        if (!inner.join({ timeout: 10_000 })) throw new Error("inner lives");
        const me = currentThread();
        new Thread({ target: () => { me.terminate(); } }).start();
        for (;;);
      } }).start();
      console.log(outer.join({ timeout: LONG }), outer.exception);
      `,
      "true undefined\n",
    );
  });

  test("by a thread of itself: nothing after it runs", async () => {
    await prints(
      `
      const t = new Thread({ target: () => { console.log("before"); try { currentThread().terminate(); console.log("after"); } finally { console.log("finally"); } } }).start();
      console.log(t.join({ timeout: LONG }), t.state, t.exception);
      const nested = new SharedBoolean();
      new Thread({ target: () => {
        new Thread({ name: "n", target: () => { currentThread().terminate(); nested.value = true; } }).start().join();
      } }).start().join({ timeout: LONG });
      console.log(nested.value);
      `,
      "before\ntrue terminated undefined\nfalse\n",
    );
  });

  test("of one that is not yet running: it never does", async () => {
    await prints(
      `
      const ran = new SharedInt32();
      for (let i = 0; i < 10; i++) {
        const t = new Thread({ target: () => { ran.add(1); for (;;); } }).start();
        t.terminate();
        if (!t.join({ timeout: LONG })) { console.log("lives", t.state); process.exit(); }
      }
      console.log("ended");
      `,
      "ended\n",
    );
  });

  test("of a thread of a thread that is not yet running: it ends too", async () => {
    await prints(
      `
      const outer = new Thread({ target: () => {
        for (let i = 0; i < 10; i++) {
          const t = new Thread({ name: "t", daemon: true, target: () => { for (;;); } }).start();
          if (!t.terminate()) throw new Error("it says that it is over");
          if (!t.join({ timeout: 5_000 })) throw new Error("it lives in round " + i + " and is " + t.state);
        }
      } }).start();
      outer.join();
      console.log(outer.exception === undefined ? "ended" : (outer.exception as Error).message);
      `,
      "ended\n",
    );
  });

  test("of a thread that was put into an idle worker this moment", async () => {
    await prints(
      `
      for (let i = 0; i < 30; i++) {
        new Thread({ target: () => {} }).start().join();
        const t = new Thread({ target: () => { for (;;); } }).start();
        t.terminate();
        if (!t.join({ timeout: LONG })) { console.log("lives", t.state, "round", i); process.exit(); }
      }
      console.log("ended");
      `,
      "ended\n",
    );
  });

  test("twice, by two, and after the end: the thread ends once", async () => {
    await prints(
      `
      const t = new Thread({ target: () => { for (;;); } }).start();
      while (t.state !== "running") sleep(1);
      console.log(t.terminate());
      t.terminate();
      const other = new Thread({ target: () => { t.terminate(); } }).start();
      console.log(t.join({ timeout: LONG }), other.join({ timeout: LONG }), other.exception);
      console.log(t.terminate(), t.terminate(), t.state);
      const n = new Thread({ target: () => {} }).start();
      console.log(n.join({ timeout: LONG }));
      `,
      "true\ntrue true undefined\nfalse false terminated\ntrue\n",
    );
  });

  test("of main: refused", async () => {
    await prints(
      `
      const sentence = "cannot terminate the main thread: it is the process. Call process.exit().";
      const check = (error: any) => error.code === "MAIN_THREAD" && error.message === sentence;
      try { mainThread().terminate(); } catch (error) { console.log(check(error)); }
      const t = new Thread({ target: () => { mainThread().terminate(); } }).start();
      t.join();
      console.log(check(t.exception));
      `,
      "true\ntrue\n",
    );
  });

  test("while the thread ends by itself: it ends, the next in its worker is not killed", async () => {
    await prints(
      `
      const done = new SharedInt32();
      for (let i = 0; i < 300; i++) {
        const go = new SharedBoolean();
        const t = new Thread({ target: () => { while (!go.value); } }).start();
        while (t.state !== "running") sleep(0);
        go.value = true;
        for (let n = Math.random() * 3000; n > 0; n--);
        t.terminate();
        const next = new Thread({ target: () => { done.add(1); } }).start();
        if (!t.join({ timeout: LONG }) || !next.join({ timeout: LONG })) { console.log("hangs in round", i); process.exit(); }
        if (done.value !== i + 1) { console.log("the next one was killed in round", i, next.state, next.exception); process.exit(); }
      }
      console.log("fine");
      `,
      "fine\n",
      { timeout: LONG_CHILD },
    );
  });
});

describe("a thread whose starter died in the middle of start()", () => {
  test("is over or runs: it is not listed for ever, joiners come back, the process ends", async () => {
    // The request to the supervisor is the one step of start() that a script can lay its hands on.
    await prints(
      `
      const outer = new Thread({ target: () => {
        MessagePort.prototype.postMessage = () => process.exit();
        new Thread({ name: "orphan", target: () => {} }).start();
      } }).start();
      outer.join();
      const orphan = enumerate().find((t) => t.name === "orphan");
      console.log(orphan === undefined || orphan.join({ timeout: 5_000 }));
      console.log(orphan === undefined ? "terminated" : orphan.state);
      `,
      "true\nterminated\n",
    );
  });
});

describe("urgent mail to main", () => {
  test("that comes between main's look and its sleep is not lost", async () => {
    // Main's Atomics.wait is replaced by one that, right before it sleeps, has the other thread call terminate().
    await prints(
      `
      const real = Atomics.wait;
      const flags = new Int32Array(new SharedArrayBuffer(8));
      let armed = false;
      Atomics.wait = function (array: Int32Array, index: number, value: number, ms: number) {
        if (armed && ms > 1_000) {
          armed = false;
          Atomics.store(flags, 0, 1);
          while (Atomics.load(flags, 1) === 0);
        }
        return real(array, index, value, ms);
      } as never;
      const threadkit = await import("threadkit");
      const a = new threadkit.Thread({ target: () => { for (;;); } }).start();
      const b = new threadkit.Thread({ target: () => {
        while (Atomics.load(flags, 0) === 0);
        a.terminate();
        Atomics.store(flags, 1, 1);
      } }).start();
      while (b.state !== "running" || a.state !== "running") threadkit.sleep(1);
      armed = true;
      console.log(a.join({ timeout: 4_000 }));
      process.exit();
      `,
      "true\n",
    );
  });
});

describe("a wake-up that a dying waiter ate", () => {
  for (const order of ["release, then terminate", "terminate, then release"]) {
    for (const behind of ["blocking", "awaiting"]) {
      test(`is given to the ${behind} one behind it: ${order}`, async () => {
        await prints(
          `
          const rounds = 60;
          let broke = 0;
          for (let i = 0; i < rounds; i++) {
            const lock = new Lock();
            lock.acquire();
            const victim = new Thread({ target: () => { lock.acquire(); for (;;); } }).start();
            while (victim.state !== "blocked") sleep(0);
            const standing = new SharedBoolean();
            const result = new SharedInt32();
            const second = new Thread({ target: async (awaits: boolean) => {
              try {
                const pending = awaits ? lock.acquireAsync({ timeout: 20_000 }) : undefined;
                standing.value = true;
                const got = awaits ? await pending : lock.acquire({ timeout: 20_000 });
                result.value = got ? 1 : 3;
              } catch (error) {
                if (!(error instanceof BrokenLockError)) throw error;
                result.value = 2;
              }
            }, args: [${behind === "awaiting"}] }).start();
            while (!standing.value || (${behind === "blocking"} && second.state !== "blocked")) sleep(0);
            const spin = () => { for (let n = Math.random() * 20_000; n > 0; n--); };
            ${
              order.startsWith("release")
                ? "lock.release(); spin(); victim.terminate();"
                : "victim.terminate(); spin(); lock.release();"
            }
            if (!second.join({ timeout: LONG })) { console.log("the second one hangs in round", i); process.exit(); }
            if (second.exception) throw second.exception;
            if (result.value === 3) { console.log("timed out in round", i); process.exit(); }
            if (result.value === 2) broke++;
            victim.join();
          }
          console.log("all got through");
          console.error(broke, "of", rounds, "found it broken");
          `,
          "all got through\n",
          { timeout: LONG_CHILD },
        );
      });
    }
  }
});
