/** Workers that can't be made, as when the system has no thread left: who starts one hears of it, and nobody waits. */
import assert from "node:assert/strict";
import path from "node:path";
import { describe, test } from "node:test";
import { captured, root, runScript } from "../harness/child.ts";
import { CHILD } from "../harness/delays.ts";

async function run(source: string, env: Record<string, undefined> = {}): Promise<string[]> {
  const result = await runScript(`import { setExcepthook, Thread } from "threadkit";\n${source}`, {
    ext: "mjs",
    timeout: CHILD,
    env,
    nodeArgs: ["--require", path.join(root, "test/fixtures/refuse-workers.cjs")],
  });
  assert.equal(result.code, 0, captured(result));
  assert.equal(result.stderr, "", captured(result));
  return result.stdout.trim().split("\n");
}

describe("a worker that can't be made", { concurrency: 2 }, () => {
  for (const [which, options] of [
    ["for the next threads", ""],
    ["for a thread with limits", ", resourceLimits: { maxOldGenerationSizeMb: 64 }"],
  ])
    test(`${which}: start() throws, leaves nothing behind, and may be called again`, async () => {
      const lines = await run(`
        const thread = new Thread({ target: () => console.log("ran")${options} });
        process.env.REFUSE_WORKERS = "worker";
        for (let i = 0; i < 3; i++)
          try { thread.start(); } catch (error) { console.log(error.message, thread.state, thread.ident); }
        delete process.env.REFUSE_WORKERS;
        console.log(thread.start().join({ timeout: 5_000 }), thread.state);
      `);
      const refused = "no thread left new undefined";
      assert.deepEqual(lines, [refused, refused, refused, "ran", "true terminated"]);
    });

  test("by the supervisor: the thread that it was for is over, and tells why", async () => {
    const lines = await run(`
      setExcepthook(({ error }) => console.log("hook:", error.code));
      const outer = new Thread({
        target: () => {
          const inner = new Thread({ target: () => console.log("ran") });
          process.env.REFUSE_WORKERS = "worker";
          inner.start();
          const joined = inner.join({ timeout: 5_000 });
          console.log(joined, inner.state, inner.exception?.code, inner.exception?.message.includes("(Error: no thread left)"));
        },
      });
      await outer.start().joinAsync();
    `);
    assert.deepEqual(lines.sort(), ["hook: THREAD_DIED", "true terminated THREAD_DIED true"]);
  });

  test("for the supervisor: who waits meanwhile waits on, and it is made later", async () => {
    const lines = await run(
      `
        process.env.REFUSE_WORKERS = "supervisor";
        const slow = () => { for (const end = Date.now() + 300; Date.now() < end; ); };
        console.log(new Thread({ target: slow }).start().join({ timeout: 5_000 }));
        delete process.env.REFUSE_WORKERS;
        const outer = new Thread({
          target: () => console.log("inner", new Thread({ target: () => {} }).start().join({ timeout: 5_000 })),
        });
        console.log(await outer.start().joinAsync({ timeout: 10_000 }));
      `,
      { THREADKIT_DUMP_AFTER: undefined }, // the watchdog would have it started at once
    );
    assert.deepEqual(lines, ["true", "inner true", "true"]);
  });
});
