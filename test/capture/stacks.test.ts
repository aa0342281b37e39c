/** Stacks of what threads throw: the user's code, then who asked; nothing of how the library came to run it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { captured, runScript } from "../harness/child.ts";

async function outputOf(source: string): Promise<string[]> {
  const result = await runScript(`import { Lock, Thread, ThreadPoolExecutor } from "threadkit";\n${source}`, {
    ext: "mts",
  });
  assert.equal(result.code, 0, captured(result));
  return result.stdout.trim().split("\n");
}

const LIBRARY = /[\\/]dist[\\/]\w+\.cjs/;

describe("the stack of what a thread throws", () => {
  test("ends at the user's code, and has the stack of who asks for it", async () => {
    const lines = await outputOf(`
      function fails() { throw new TypeError("oops"); }
      const t = new Thread({ target: () => fails() }).start();
      t.join();
      function asks() { return t.exception as Error; }
      console.log(asks().stack);
    `);
    assert.equal(lines[0], "TypeError: oops");
    const asked = lines.findIndex((line) => line.includes("-- asked by --"));
    assert.ok(asked > 1, lines.join("\n"));
    assert.match(lines[1], /at fails .*script-.*\.mts:3:/);
    assert.match(lines[asked + 1], /at asks .*script-.*\.mts:6:/);
    assert.doesNotMatch(lines.join("\n"), LIBRARY);
  });

  test("of a task that a thread asks for names the lines of the file in both", async () => {
    const lines = await outputOf(`
      const task = () => { throw new RangeError("far"); };
      const t = new Thread({
        target: () => {
          using pool = new ThreadPoolExecutor(1);
          try { pool.submit(task).result(); } catch (error) { return console.log((error as Error).stack); }
        },
      }).start();
      t.join();
    `);
    const asked = lines.findIndex((line) => line.includes("-- asked by --"));
    assert.match(lines[1], /script-.*\.mts:3:/);
    assert.match(lines[asked + 1], /script-.*\.mts:7:/);
    assert.doesNotMatch(lines.join("\n"), LIBRARY);
  });

  test("keeps the frames of the library that refused, above the user's", async () => {
    const lines = await outputOf(`
      const lock = new Lock();
      const t = new Thread({ target: () => lock.release() }).start();
      t.join();
      console.log((t.exception as Error).stack);
    `);
    const own = lines.findIndex((line) => /script-.*\.mts:4:/.test(line));
    assert.match(lines[0], /^RuntimeError: cannot release the lock/);
    assert.ok(own > 1 && LIBRARY.test(lines[1]), lines.join("\n"));
    assert.match(lines[own + 1], /-- asked by --/);
  });
});
