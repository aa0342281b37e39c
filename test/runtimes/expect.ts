/** Runs what a build tool made of app/main.ts, and looks at what it told. */
import assert from "node:assert/strict";
import { captured, type RunOptions, runFile } from "../harness/child.ts";

/** Node without the inspector: what works there was lifted. */
export const WITHOUT_INSPECTOR: readonly string[] = [
  Number(process.versions.node.split(".")[0]) >= 24 ? "--permission" : "--experimental-permission",
  "--allow-worker",
  "--allow-fs-read=*",
  "--allow-fs-write=*",
];

export async function runsRight(file: string, options: RunOptions = {}): Promise<void> {
  const result = await runFile(file, { nodeArgs: WITHOUT_INSPECTOR, timeout: 60_000, ...options });
  assert.equal(result.code, 0, captured(result));
  const line = result.stdout.split("\n").find((text) => text.startsWith("{"));
  assert.ok(line, captured(result));
  checkTold(JSON.parse(line), options);
}

export function checkTold({ stack, refused, ...told }: Record<string, unknown>, _options: object = {}): void {
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
    worker: 14,
    name: "me",
    nested: 11,
    error: [true, "on purpose"],
    dynamic: 42,
    parallel: [5, 6],
    typed: "n",
    total: 6,
  });
  assert.match(
    String(refused),
    /^cannot send 'count' to a thread: it is assigned at \S*main\.ts:\d+:\d+, and a thread would change only its own copy/,
  );
  assert.match(String(stack), /^Error: where\n/);
}
