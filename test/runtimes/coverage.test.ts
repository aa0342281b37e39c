/** Coverage: what ran in a thread alone counts, and nothing else does. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { after, describe, test } from "node:test";
import { captured } from "../harness/child.ts";
import { installProject } from "../harness/project.ts";

interface FileCoverage {
  statementMap: Record<string, { start: { line: number } }>;
  s: Record<string, number>;
}

describe("coverage", () => {
  const project = installProject("coverage");
  after(() => project.remove());
  const textOf = (file: string) => readFileSync(path.join(project.folder, file), "utf8");

  test("by c8 has the lines that ran in threads, and no others", async () => {
    const args = ["--reporter", "json", "--clean", "--temp-directory", "raw", "node", "main.js"];
    const run = await project.command("c8", args.with(-2, process.execPath), { timeout: 60_000 });
    assert.equal(run.code, 0, captured(run));
    assert.equal(run.stderr, "");
    const report = JSON.parse(textOf("coverage/coverage-final.json")) as Record<string, FileCoverage>;
    assert.deepEqual(
      Object.keys(report).map((file) => path.basename(file)),
      ["main.js", "tax.js"],
    );
    for (const { statementMap, s } of [report[path.join(project.folder, "main.js")]]) {
      const lines = textOf("main.js").split("\n");
      for (const [id, { start }] of Object.entries(statementMap)) {
        const line = lines[start.line - 1];
        if (line.includes("// in a thread"))
          assert.ok(s[id] > 0, `line ${start.line} is not covered: ${line}`);
        if (line.includes("// never run")) assert.equal(s[id], 0, `line ${start.line} is covered: ${line}`);
      }
    }
    const { statementMap, s } = report[path.join(project.folder, "tax.js")];
    const missed = Object.keys(s).filter((id) => s[id] === 0);
    assert.deepEqual(
      missed.map((id) => statementMap[id].start.line),
      [5, 6, 11, 12],
    );
  });

  test("as Node writes it names files of the project only", () => {
    const raw = readdirSync(path.join(project.folder, "raw"));
    assert.ok(raw.length >= 2);
    for (const file of raw) {
      const { result } = JSON.parse(textOf(`raw/${file}`)) as { result: { url: string }[] };
      assert.deepEqual(
        result.map(({ url }) => url).filter((url) => /^file:.*\?thread/.test(url)),
        [],
      );
    }
  });

  test("by node:test has what ran in threads of a test", async () => {
    const result = await project.node("sum.test.js", {
      nodeArgs: ["--test", "--experimental-test-coverage", "--test-reporter=tap"],
      timeout: 60_000,
    });
    assert.equal(result.code, 0, captured(result));
    const row = result.stdout.split("\n").find((line) => /tax\.js\s*\|/.test(line));
    assert.match(row ?? "no row", /\| 7(-7)? 11-12\s*$/, captured(result));
  });
});
