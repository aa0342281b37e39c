/** What can be shipped where no inspector is: the same program prints the same, however captures are read. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { transformSync } from "esbuild";
import { captured, type RunOptions, type RunResult, root, runFile } from "../harness/child.ts";
import { CHILD } from "../harness/delays.ts";

const folder = path.join(root, "test/runtimes/permission");
const program = "captures.ts";
const source = readFileSync(path.join(folder, program), "utf8");
const output = /\n\/\* Output:\n([\s\S]*?)\*\/\n$/.exec(source)![1];
const READ_SOURCE = { THREADKIT_CAPTURE: "source" };

const major = Number(process.versions.node.split(".")[0]);
const native = "typescript" in process.features && Boolean(process.features.typescript);

/** The program without its types, in files of its own. */
async function runAsJavaScript(options: RunOptions): Promise<RunResult> {
  const place = path.join(root, ".tools", "tmp", `static-${process.pid}`);
  mkdirSync(path.join(place, "helpers"), { recursive: true });
  try {
    for (const file of [program, "helpers/shared.ts", "helpers/shapes.ts"]) {
      const { code } = transformSync(readFileSync(path.join(folder, file), "utf8"), { loader: "ts" });
      const to = path.join(place, file.replace(/\.ts$/, ".mjs"));
      writeFileSync(to, code.replace(/(from "\.[^"]*)\.ts"/g, '$1.mjs"'));
    }
    return await runFile(path.join(place, "captures.mjs"), options);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

function printsAll(result: RunResult): void {
  assert.equal(result.code, 0, captured(result));
  assert.equal(result.stdout, output, captured(result));
}

describe("captures are read off the source", () => {
  test("of JavaScript", async () => {
    printsAll(await runAsJavaScript({ timeout: CHILD, env: READ_SOURCE }));
  });

  test("of TypeScript that Node strips", { skip: !native }, async () => {
    printsAll(await runFile(path.join(folder, program), { timeout: CHILD, env: READ_SOURCE }));
  });

  test("under the permission model", { skip: major < 24 || !native }, async () => {
    const nodeArgs = ["--permission", "--allow-fs-read=*", "--allow-worker"];
    const result = await runFile(path.join(folder, program), { timeout: CHILD, nodeArgs });
    printsAll(result);
    assert.match(result.stderr, /SecurityWarning/); // Node's own, of --allow-worker
  });

  test("with the permission to inspect, of the running program", {
    skip: major < 24 || !native,
  }, async () => {
    const nodeArgs = ["--permission", "--allow-fs-read=*", "--allow-worker", "--allow-inspector"];
    printsAll(await runFile(path.join(folder, program), { timeout: CHILD, nodeArgs }));
  });
});

describe("a refusal", () => {
  test("names the variable, its use, and what to do", { skip: major < 24 || !native }, async () => {
    const result = await runFile(path.join(folder, "refused.ts"), {
      timeout: CHILD,
      nodeArgs: ["--permission", "--allow-fs-read=*", "--allow-worker"],
    });
    assert.equal(
      result.stdout,
      "cannot send 'lock' to a thread: it is used at test/runtimes/permission/refused.ts:5:30, and no inspector is " +
        "here to read it: its value is made when the program runs. Pass it in args, or run node with --allow-inspector.\n" +
        "  in function target (test/runtimes/permission/refused.ts:5:24)\n  as target\n",
      captured(result),
    );
  });
});
