/** The program in examples/word-count: what it counts, and how it fails. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { captured, type RunResult, root, runFile, runScript } from "./harness/child.ts";

const MAIN = path.join(root, "examples", "word-count", "main.ts");
const COUNT = path.join(root, "examples", "word-count", "count.ts");

function wordCount(...args: string[]): Promise<RunResult> {
  return runFile(MAIN, { args, timeout: 60_000 });
}

describe("word-count", () => {
  let folder = "";
  let result: RunResult;

  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), "word-count-"));
    mkdirSync(path.join(folder, "deep", "deeper"), { recursive: true });
    writeFileSync(path.join(folder, "one.txt"), "Tree tree, TREE!\nÉté été 4u");
    writeFileSync(path.join(folder, "deep", "deeper", "two"), `${"İx ".repeat(4000)}tree`);
    writeFileSync(path.join(folder, "nul"), "binary\0binary");
    writeFileSync(path.join(folder, "latin1"), Buffer.from("caf\xe9 binary", "latin1"));
    writeFileSync(
      path.join(folder, "late"),
      Buffer.concat([Buffer.from("binary ".repeat(2000)), Buffer.from([0xff])]),
    );
    writeFileSync(path.join(folder, "empty"), "");
    symlinkSync(folder, path.join(folder, "deep", "circle"));
    symlinkSync(path.join(folder, "gone"), path.join(folder, "dangling"));
    result = await wordCount(folder);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test("counts 500,000 with the lock", () => {
    assert.equal(result.code, 0, captured(result));
    assert.match(result.stdout, /with a lock +500,000 +none lost/);
  });

  test("counts the words of text files and of no others", () => {
    assert.match(result.stdout, /^3 text files/m); // one.txt, two, empty
    assert.match(result.stdout, /^4,007 words, 4 distinct/m);
    const top = result.stdout.split("most frequent:\n")[1].split("\n\n")[0].trim().split(/\n\s*/);
    assert.deepEqual(top, [`4,000  ${"İx".toLowerCase()}`, "4  tree", "2  été", "1  u"]);
  });

  test("finds the same on one thread and on all cores", () => {
    assert.match(result.stdout, /On 1 thread +[\d.]+ s/);
    assert.match(result.stdout, /both counts are equal/);
  });

  test("looks every word up in an index that all threads share", () => {
    assert.match(result.stdout, /^One index of these 4 words/m);
    const threads = os.availableParallelism();
    const lookups = (threads * 250_000).toLocaleString("en-US");
    assert.match(
      result.stdout,
      new RegExp(
        `^  ${lookups} lookups by ${threads} threads, [\\d.]+ million/s, nothing copied, all found$`,
        "m",
      ),
    );
  });

  test("shows no progress and no escape codes where output is not a terminal", () => {
    assert.ok(!result.stdout.includes("\r") && !result.stdout.includes("\u001b"), captured(result));
    assert.equal(result.stderr, "");
  });

  test("names files that can't be read and goes on", {
    skip: process.getuid?.() === 0 && "root reads all",
  }, async () => {
    const secret = path.join(folder, "secret");
    writeFileSync(secret, "tree", { mode: 0 });
    const again = await wordCount(folder);
    assert.equal(again.code, 0, captured(again));
    assert.match(again.stderr, /^skipped .*secret: EACCES/m);
    rmSync(secret);
  });

  test("names files that are gone when their turn comes, in order, and counts the others", async () => {
    const gone = (n: number) => path.join(folder, `gone-${String(n).padStart(3, "0")}`);
    const files = [path.join(folder, "one.txt"), ...Array.from({ length: 150 }, (_, n) => gone(n))];
    const { stdout, code } = await runScript(`
      import { countFiles } from ${JSON.stringify(pathToFileURL(COUNT).href)};
      const seen = [];
      const { failures, ...tally } = await countFiles(${JSON.stringify(files)}, 2, (done) => seen.push(done));
      console.log(JSON.stringify({ ...tally, counts: [...tally.counts], failures, last: seen.at(-1) }));
    `);
    assert.equal(code, 0);
    const { failures, ...rest } = JSON.parse(stdout);
    const counts = [
      ["tree", 3],
      ["été", 2],
      ["u", 1],
    ];
    assert.deepEqual(rest, { files: 151, texts: 1, bytes: 31, counts, last: 151 });
    assert.equal(failures.length, 150);
    for (const [n, line] of failures.entries()) assert.ok(line.startsWith(`${gone(n)}: ENOENT`), line);
  });

  test("counts an empty folder", async () => {
    const empty = path.join(folder, "none");
    mkdirSync(empty);
    const again = await wordCount(empty);
    assert.equal(again.code, 0, captured(again));
    assert.match(again.stdout, /^0 text files/m);
    assert.match(again.stdout, /^0 words, 0 distinct/m);
    assert.equal(again.stderr, "");
  });

  for (const [what, args, message] of [
    [
      "a folder that does not exist",
      ["/does/not/exist"],
      /^word-count: \/does\/not\/exist does not exist\.\n$/,
    ],
    ["a file", [MAIN], /^word-count: .* is not a folder\.\n$/],
    ["two folders", ["src", "test"], /^word-count: one folder is expected, 2 were given\.\n$/],
    ["an unknown option", ["--fast"], /^word-count: Unknown option '--fast'.*\n$/],
  ] as const) {
    test(`refuses ${what} in one line, with exit code 1`, async () => {
      const refused = await wordCount(...args);
      assert.equal(refused.code, 1, captured(refused));
      assert.match(refused.stderr, message);
      assert.equal(refused.stdout, "");
    });
  }

  test("--help tells how to call it", async () => {
    const help = await wordCount("--help");
    assert.equal(help.code, 0, captured(help));
    assert.match(help.stdout, /^Usage: npm start -- \[folder\]/);
  });
});
