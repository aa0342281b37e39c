/** Vitest, with no configuration: closures in test files run in threads, and what the tests leave keeps nobody waiting. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { captured } from "../harness/child.ts";
import { installProject } from "../harness/project.ts";

describe("under Vitest", () => {
  const project = installProject("vitest");
  after(() => project.remove());

  for (const args of [["forks"], ["forks", "--no-isolate"], ["threads"], ["vmThreads"]]) {
    test(`the pool ${args.join(" ")} runs threads from TypeScript test files`, async () => {
      const result = await project.command("vitest", ["run", "--pool", ...args], { timeout: 60_000 });
      assert.equal(result.code, 0, captured(result));
      assert.match(result.stdout, /Test Files {2}2 passed/);
      assert.match(result.stdout, /Tests {2}20 passed/);
      assert.equal(result.stderr, "");
    });
  }
});
