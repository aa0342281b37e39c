/** node:test in a project that uses threadkit: closures of its TypeScript test files run in threads. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { captured, type RunResult } from "../harness/child.ts";
import { installProject } from "../harness/project.ts";

const isTypeScriptRead = Boolean((process.features as { typescript?: unknown }).typescript);
const WITH_TSX = ["--import", "tsx"];

describe(`under node ${isTypeScriptRead ? "" : "--import tsx "}--test`, () => {
  const project = installProject("node-test");
  after(() => project.remove());

  const run = (nodeArgs: readonly string[], env?: Record<string, string>) =>
    project.node("shop.test.ts", {
      nodeArgs: [...nodeArgs, "--test", "--test-reporter=tap"],
      args: ["second.test.ts"],
      timeout: 60_000,
      env,
    });

  /** It ran to its end, by itself: a run that hangs is killed, and an error here. */
  function passed(result: RunResult): void {
    assert.equal(result.code, 0, captured(result));
    assert.match(
      result.stdout,
      /^# tests 7\n(?:#.*\n)*# pass 7\n# fail 0\n# cancelled 0$/m,
      captured(result),
    );
    assert.doesNotMatch(result.stdout + result.stderr, /Exception in|generated asynchronous activity/);
  }

  for (const [sentence, isOwn, args] of [
    ["with tsx, test files run to their end", false, WITH_TSX],
    ["as Node reads TypeScript, test files run to their end", true, []],
  ] as const)
    test(sentence, { skip: isOwn && !isTypeScriptRead && "this Node strips no types" }, async () =>
      passed(await run(args)),
    );

  test("coverage has the lines that ran in threads", async () => {
    const result = await run([...(isTypeScriptRead ? [] : WITH_TSX), "--experimental-test-coverage"]);
    passed(result);
    const rows = result.stdout.split("\n").filter((line) => /^# +\w[\w. -]*\|.*\|/.test(line));
    const row = rows.find((line) => /^# +tax\.ts/.test(line));
    // `never` stands there, and nobody called it. Lines of types are counted or not, as Node likes.
    assert.match(row ?? "no row", /\| 1[89]-20\s*$/, captured(result));
    // Shipped code counts for the file in which it stands: no row of its own.
    assert.equal(
      rows.filter((line) => /^# +shop\.test\.ts/.test(line)).length,
      isTypeScriptRead ? 0 : 1,
      captured(result),
    );
  });
});
