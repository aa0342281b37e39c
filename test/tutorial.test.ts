/** The programs in examples/tutorial print, line for line, what the comment at their end says. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { captured, root, runFile } from "./harness/child.ts";
import { CHILD } from "./harness/delays.ts";

const folder = path.join(root, "examples", "tutorial");
const programs = readdirSync(folder).filter((name) => name.endsWith(".ts"));

/** What the program says that it prints. */
function promised(source: string): string | undefined {
  return /\n\/\* Output:\n([\s\S]*?)\*\/\n$/.exec(source)?.[1];
}

describe("examples/tutorial", () => {
  test("covers what a tutorial of threads covers", () => {
    const topics =
      "bank-account barrier daemon event join lifecycle producer-consumer queue race rlock semaphore thread-local timer";
    assert.deepEqual(
      programs.sort(),
      topics.split(" ").map((topic) => `${topic}.ts`),
    );
  });

  for (const name of programs) {
    test(name, async () => {
      const file = path.join(folder, name);
      const output = promised(readFileSync(file, "utf8"));
      assert.ok(output, "its last comment begins with `Output:`");
      const result = await runFile(file, { timeout: CHILD });
      assert.equal(result.code, 0, captured(result));
      assert.equal(result.stdout, output);
      assert.equal(result.stderr, "");
    });
  }
});
