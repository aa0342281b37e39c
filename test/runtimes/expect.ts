/** Runs what a build tool made of app/main.ts, and looks at what it told. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { after } from "node:test";
import { captured, type RunOptions, root, runFile } from "../harness/child.ts";

/** A folder for what a tool builds. In the repository: there the library is found. */
export function outFolder(): string {
  mkdirSync(path.join(root, ".tools"), { recursive: true });
  const folder = mkdtempSync(path.join(root, ".tools", "built-"));
  after(() => rmSync(folder, { recursive: true }));
  return folder;
}

export const entry: string = path.join(root, "test", "runtimes", "app", "main.ts");

/** Node without the inspector: what works there was lifted. */
export const WITHOUT_INSPECTOR: readonly string[] = [
  Number(process.versions.node.split(".")[0]) >= 24 ? "--permission" : "--experimental-permission",
  "--allow-worker",
  "--allow-fs-read=*",
  "--allow-fs-write=*",
];

export async function runsRight(
  file: string,
  { lines = true, ...options }: RunOptions & { lines?: boolean } = {},
): Promise<void> {
  const nodeArgs = [...WITHOUT_INSPECTOR, "--enable-source-maps"];
  const result = await runFile(file, { nodeArgs, timeout: 60_000, ...options });
  assert.equal(result.code, 0, captured(result));
  const line = result.stdout.split("\n").find((text) => text.startsWith("{"));
  assert.ok(line, captured(result));
  checkTold(JSON.parse(line), lines);
}

/** `lines`: do source maps lead to the lines that were written? */
export function checkTold({ stack, refused, ...told }: Record<string, unknown>, lines: boolean): void {
  assert.deepEqual(told, {
    sum: 29,
    changed: 24,
    box: [5, 1, 6],
    returned: 15,
    handlers: 6,
    mapped: [2, 4, 6],
    foreign: [8, 2],
    hits: 300,
    balance: 69,
    instance: true,
    made: true,
    data: 9,
    read: 8,
    worker: 14,
    name: "me",
    nested: 11,
    error: [true, "on purpose"],
    dynamic: 42,
    parallel: [5, 6],
    typed: "n",
    total: 6,
  });
  const at = `\\S*main\\.ts:${lineOf("++count")}:\\d+`;
  assert.match(
    String(refused),
    new RegExp(
      `^cannot send 'count' to a thread: it is assigned at ${at}, and a thread would change only its own copy`,
    ),
  );
  if (!lines) return;
  // The line in the file that was written: source maps survive.
  assert.match(String(stack), new RegExp(`^Error: where\\n.*main\\.ts:${lineOf('new Error("where")')}:`));
}

function lineOf(text: string): number {
  return readFileSync(entry, "utf8").split(text)[0].split("\n").length;
}

/** Settings of webpack and Rspack. TypeScript is stripped by a loader of our own, in the place of any of theirs. */
export function webpackLike(mode: string, isModule: boolean, folder: string, plugin: unknown): object {
  return {
    mode,
    context: path.dirname(entry),
    entry,
    target: "node20",
    devtool: "source-map",
    experiments: isModule ? { outputModule: true } : {},
    output: {
      path: folder,
      filename: `[name].${isModule ? "mjs" : "cjs"}`,
      ...(isModule && { module: true, chunkFormat: "module", library: { type: "module" } }),
    },
    resolve: { extensions: [".ts", ".js"] },
    module: {
      rules: [
        { test: /\.ts$/, use: [path.join(root, "test/runtimes/strip-loader.cjs")], type: "javascript/auto" },
      ],
    },
    plugins: [plugin],
  };
}
