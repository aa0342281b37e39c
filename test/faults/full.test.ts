/** Threads whose shared memory is full: they end, and what ended them is told. */
import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { captured, root, runScript } from "../harness/child.ts";
import { CHILD, PATIENCE } from "../harness/delays.ts";

for (const [where, hook] of [
  ["in the thread", ""],
  ["in the thread, if it finds no way to the hook", "setExcepthook(() => console.log('hook'));"],
])
  test(`a thread that took all shared memory ends by the error, which is printed ${where}`, async () => {
    const result = await runScript(
      `
      import { setExcepthook, SharedRef, sleepAsync, Thread } from "threadkit";
      ${hook}
      const thread = new Thread({
        name: "greedy",
        target: () => {
          const kept = [];
          for (let length = 100_000; ; length >>= 1)
            try { for (;;) kept.push(new SharedRef("x".repeat(length))); } catch (error) { if (length === 0) throw error; }
        },
      });
      console.log(thread.start().join({ timeout: 10_000 }), thread.state);
      const next = new Thread({ target: () => console.log("its memory is there again") });
      const end = performance.now() + ${PATIENCE};
      const isRoom = () => { try { return new SharedRef("x".repeat(1_000_000)) !== undefined; } catch { return false; } };
      while (!isRoom() && performance.now() < end) await sleepAsync(20);
      next.start();
      `,
      {
        ext: "mjs",
        timeout: CHILD,
        nodeArgs: ["--require", path.join(root, "test/fixtures/small-arena.cjs")],
      },
    );
    assert.equal(result.code, 0, captured(result));
    assert.equal(result.stdout, "true terminated\nits memory is there again\n", captured(result));
    assert.match(result.stderr, /^Exception in thread greedy:\nRangeError: cannot allocate shared memory/);
    assert.doesNotMatch(result.stderr, /supervisor/);
  });
