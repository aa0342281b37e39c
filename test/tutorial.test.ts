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

/** Node 22 strips types and does not know `using`: tsx does. */
function loaderFor(source: string): string[] {
  if (!/^\s*using /m.test(source) || !("typescript" in process.features) || !process.features.typescript)
    return [];
  try {
    new Function("{ using nothing = null; }");
    return [];
  } catch {
    return ["--import", import.meta.resolve("tsx")];
  }
}

describe("examples/tutorial", () => {
  test("covers what a tutorial of threads covers", () => {
    const topics =
      "bank-account barrier daemon event join lifecycle producer-consumer race rlock semaphore shared-struct thread-local timer";
    assert.deepEqual(
      programs.sort(),
      topics.split(" ").map((topic) => `${topic}.ts`),
    );
  });

  for (const name of programs) {
    test(name, async () => {
      const file = path.join(folder, name);
      const source = readFileSync(file, "utf8");
      const output = promised(source);
      assert.ok(output, "its last comment begins with `Output:`");
      const result = await runFile(file, { timeout: CHILD, nodeArgs: loaderFor(source) });
      assert.equal(result.code, 0, captured(result));
      assert.equal(result.stdout, output);
      assert.equal(result.stderr, "");
    });
  }
});
