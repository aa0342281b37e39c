/** Every example that the documentation shows runs: marked blocks of Markdown, doc comments, and examples/. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, describe, test } from "node:test";
import { captured, root, runFile } from "./harness/child.ts";

const TIMEOUT = 60_000;
const scratch = path.join(root, ".tools", "examples", String(process.pid));

/** Arguments for examples that would else do more than a test has time for. */
const ARGUMENTS: Record<string, string[]> = { "examples/word-count/main.ts": ["src"] };

interface Example {
  where: string;
  source: string;
  /** All that it prints, if a block that is marked `text output` follows. */
  output?: string;
}

function filesBelow(folder: string, ending: string): string[] {
  const full = path.join(root, folder);
  if (!existsSync(full)) return [];
  return readdirSync(full, { withFileTypes: true }).flatMap((entry) => {
    const file = `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesBelow(file, ending) : entry.name.endsWith(ending) ? [file] : [];
  });
}

/** Blocks whose fence says `ts run`; `strip` takes off what stands before each line. */
function runnableBlocks(file: string, text: string, strip: RegExp): Example[] {
  const lines = text.split("\n").map((line) => line.replace(strip, ""));
  const found: Example[] = [];
  for (let start = 0; start < lines.length; start++) {
    if (!/^\s*```ts run\b/.test(lines[start])) continue;
    const end = lines.findIndex((line, i) => i > start && /^\s*```\s*$/.test(line));
    assert.ok(end > start, `${file}:${start + 1}: the block has no end`);
    const source = lines.slice(start + 1, end).join("\n");
    found.push({ where: `${file}:${start + 1}`, source, output: outputAfter(lines, end) });
    start = end;
  }
  return found;
}

function outputAfter(lines: readonly string[], end: number): string | undefined {
  const next = lines.findIndex((line, i) => i > end && line.trim() !== "");
  if (next < 0 || !/^\s*```text output\b/.test(lines[next])) return undefined;
  const close = lines.findIndex((line, i) => i > next && /^\s*```\s*$/.test(line));
  return `${lines.slice(next + 1, close).join("\n")}\n`;
}

/** Blocks of `@example` tags. One that is not marked as runnable would not be noticed when it breaks. */
function docExamples(file: string): Example[] {
  const text = readFileSync(path.join(root, file), "utf8");
  for (const after of text.split("@example").slice(1)) {
    const fence = /^.*```.*$/m.exec(after.slice(0, after.indexOf("*/")))?.[0] ?? "no block";
    assert.match(
      fence,
      /```ts run\b/,
      `${file}: an @example shows its code in a block that is marked \`ts run\``,
    );
  }
  return runnableBlocks(file, text, /^\s*\* ?/);
}

function markdownExamples(file: string): Example[] {
  const full = path.join(root, file);
  return existsSync(full) ? runnableBlocks(file, readFileSync(full, "utf8"), /^(?!)/) : [];
}

function runAll(examples: Example[]): void {
  mkdirSync(scratch, { recursive: true });
  for (const { where, source, output } of examples) {
    test(where, async () => {
      const file = path.join(scratch, `${where.replace(/[^\w.-]/g, "-")}.ts`);
      writeFileSync(file, source);
      const result = await runFile(file, { timeout: TIMEOUT });
      assert.equal(result.code, 0, captured(result));
      assert.doesNotMatch(result.stderr, /Exception in thread/, captured(result));
      if (output !== undefined) assert.equal(result.stdout, output, captured(result));
      checkComments(source, result.stdout);
    });
  }
}

/** `console.log(x); // 3`: what the comment promises is printed, in this order. */
function checkComments(source: string, stdout: string): void {
  const printed = stdout.split("\n");
  let from = 0;
  for (const [, promise] of source.matchAll(/console\.log\(.*\);? *\/\/ (?!\W*$)(.+)$/gm)) {
    const at = printed.findIndex(
      (line, i) => i >= from && (promise === line || promise.startsWith(`${line} `)),
    );
    assert.ok(
      at >= 0 && printed[at] !== "",
      `the comment promises ${JSON.stringify(promise)}, printed was:\n${stdout}`,
    );
    from = at + 1;
  }
}

after(() => rmSync(scratch, { recursive: true, force: true }));

describe("examples in Markdown", () => {
  // Those of docs/api are the doc comments', which run below.
  const pages = filesBelow("docs", ".md").filter((file) => !file.startsWith("docs/api/"));
  runAll(["README.md", ...pages].flatMap(markdownExamples));
});

describe("examples in doc comments", () => {
  runAll(filesBelow("src", ".ts").flatMap(docExamples));
});

describe("programs in examples/", () => {
  // A page runs in a browser: test/runtimes/browser/ opens it.
  const isPage = (file: string) => existsSync(path.join(root, path.dirname(file), "index.html"));
  for (const file of filesBelow("examples", ".ts")) {
    if (path.basename(file) !== "main.ts" || isPage(file)) continue;
    test(file, async () => {
      const result = await runFile(path.join(root, file), { timeout: TIMEOUT, args: ARGUMENTS[file] });
      assert.equal(result.code, 0, captured(result));
    });
  }
});
