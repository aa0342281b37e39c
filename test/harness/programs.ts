/** Programs of a folder that print, line for line, what the comment at their end says. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { captured, root, runFile } from "./child.ts";
import { CHILD } from "./delays.ts";

/** What a program says that it prints. */
function promised(source: string): string | undefined {
  return /\n\/\* Output:\n([\s\S]*?)\*\/\n$/.exec(source)?.[1];
}

/** Node 22 strips types and does not know `using`: tsx does. */
function loaderFor(source: string): string[] {
  if (
    !/^\s*(await )?using /m.test(source) ||
    !("typescript" in process.features) ||
    !process.features.typescript
  )
    return [];
  try {
    new Function("{ using nothing = null; }");
    return [];
  } catch {
    return ["--import", import.meta.resolve("tsx")];
  }
}

/** Tests that the folder has these programs and no others, and what they print. */
export function testPrograms(folder: string, topics: string): void {
  const place = path.join(root, "examples", folder);
  const programs = readdirSync(place).filter((name) => name.endsWith(".ts"));

  describe(`examples/${folder}`, () => {
    test("covers its topics", () => {
      assert.deepEqual(
        programs.sort(),
        topics.split(" ").map((topic) => `${topic}.ts`),
      );
    });

    for (const name of programs) {
      test(name, async () => {
        const file = path.join(place, name);
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
}
