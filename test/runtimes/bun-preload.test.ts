/** `preload = ["threadkit/bun"]`: Bun runs files as they are written, and closures carry what no source tells. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import path from "node:path";
import { after, describe, test } from "node:test";
import { findBun } from "../harness/bun.ts";
import { captured, runFile } from "../harness/child.ts";
import { installProject } from "../harness/project.ts";

const { bun, missing } = findBun();

describe("Bun with the preload", { skip: missing }, () => {
  const project = installProject("bun-preload");
  after(() => project.remove());

  /** Ends by itself, or is killed, which is an error here. */
  const run = (...args: string[]) =>
    runFile(args.pop()!, { node: bun, nodeArgs: args, native: true, cwd: project.folder, timeout: 60_000 });

  test("runs a program", async () => {
    const result = await run("run", "main.ts");
    assert.equal(result.code, 0, captured(result));
    assert.equal(result.stderr, "");
    assert.deepEqual(JSON.parse(result.stdout), {
      count: 1200,
      taxes: [3, 6],
      shared: [5, 2],
      error: [true, "a price of -5"],
      inModule: true,
      inClosure: true,
      nested: 10,
      refused: true,
      own: true,
      hits: 0,
    });
  });

  test("runs tests", async () => {
    const result = await run("test", "./shop.test.ts");
    assert.equal(result.code, 0, captured(result));
    assert.match(result.stderr, /^ 5 pass\n 0 fail$/m, captured(result));
  });

  test("without it, what no source tells is refused", async () => {
    rmSync(path.join(project.folder, "bunfig.toml"));
    const result = await run("run", "main.ts");
    assert.notEqual(result.code, 0, captured(result));
    assert.match(
      result.stderr,
      /cannot send '\w+' to a thread: it is used at main\.ts:\d+:\d+, and no inspector/,
    );
  });
});
