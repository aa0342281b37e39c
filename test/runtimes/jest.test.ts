/** Jest, with no configuration for threadkit: closures in test files run in threads, whatever compiled the files. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { captured } from "../harness/child.ts";
import { installProject } from "../harness/project.ts";

test("under Jest, TypeScript as ES modules", async () => {
  const project = installProject("jest-esm");
  after(() => project.remove());
  const nodeArgs = ["--experimental-vm-modules", "--disable-warning=ExperimentalWarning"];
  const result = await project.command("jest", [], { nodeArgs, timeout: 60_000 });
  assert.equal(result.code, 0, captured(result));
  assert.match(result.stderr, /Tests: +9 passed, 9 total/);
  assert.doesNotMatch(result.stderr, /did not exit|failed to exit|Exception in|torn down/);
});

describe("under Jest", () => {
  const project = installProject("jest");
  after(() => project.remove());

  const cases: [sentence: string, config: string, tests: number, nodeArgs?: string[]][] = [
    ["CommonJS as Babel leaves it, also after the modules were reset", "plain", 7],
    ["TypeScript as @swc/jest compiles it, with names that only Jest can find", "swc", 19],
    ["ES modules", "esm", 1, ["--experimental-vm-modules", "--disable-warning=ExperimentalWarning"]],
  ];
  for (const [sentence, config, count, nodeArgs] of cases) {
    test(sentence, async () => {
      const args = ["--config", `${config}.config.json`];
      const result = await project.command("jest", args, { nodeArgs, timeout: 60_000 });
      assert.equal(result.code, 0, captured(result));
      assert.match(result.stderr, new RegExp(`Tests: +${count} passed, ${count} total`));
      // What Jest says if something would keep it from exiting, and what threads say that end by an error.
      assert.doesNotMatch(result.stderr, /did not exit|failed to exit|Exception in|torn down/);
    });
  }
});
