/** tsx on every Node: modules and CommonJS, in the ways that people run it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, describe, test } from "node:test";
import { captured, type RunResult } from "../harness/child.ts";
import { installProject } from "../harness/project.ts";

describe("under tsx", () => {
  const project = installProject("tsx");
  after(() => project.remove());

  function lineOf(file: string, mark: string): number {
    const lines = readFileSync(path.join(project.folder, file), "utf8").split("\n");
    return lines.findIndex((line) => line.includes(mark)) + 1;
  }

  function check(result: RunResult, folder: string): void {
    assert.equal(result.code, 0, captured(result));
    assert.equal(result.stderr, "");
    const { stack, own, refusal, ...rest } = JSON.parse(result.stdout);
    assert.deepEqual(rest, {
      shared: [3, 5],
      imports: [6, 6, "GBP"],
      dynamic: 8,
      structs: [5, 2, true],
      failure: ["OutOfStock", "no tea left", true],
    });
    assert.ok(stack.includes(`prices.ts:${lineOf(`${folder}/prices.ts`, "// thrown in a module")}:9`), stack);
    assert.ok(own.includes(`main.ts:${lineOf(`${folder}/main.ts`, "// thrown here")}:13`), own);
    assert.ok(refusal.includes(`main.ts:${lineOf(`${folder}/main.ts`, "// refused")}:`), refusal);
  }

  test("a CommonJS file, run by the command", async () =>
    check(await project.command("tsx", ["commonjs/main.ts"]), "commonjs"));

  for (const flags of [
    ["--import", "tsx"],
    ["--require", "tsx/cjs"],
  ])
    test(`a CommonJS file, with node ${flags.join(" ")}`, async () =>
      check(
        await project.node("commonjs/main.ts", {
          nodeArgs: flags,
          args: flags.includes("tsx/cjs") ? ["require-only"] : [],
        }),
        "commonjs",
      ));

  test("a CommonJS file, with tsx in NODE_OPTIONS", async () =>
    check(await project.node("commonjs/main.ts", { env: { NODE_OPTIONS: "--import tsx" } }), "commonjs"));
});
