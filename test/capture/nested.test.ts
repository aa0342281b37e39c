/** Closures inside a thread's target cross again, from the thread that rebuilt the target. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { nesting, path } from "./fixtures.ts";
import { close, there } from "./there.ts";

after(close);

const lines = readFileSync(fileURLToPath(path("nested.ts")), "utf8").split("\n");
const lineOf = (mark: string) => lines.findIndex((line) => line.includes(mark)) + 1;
/** Compiled by tsx, the file has one line; maps to the original exist in the main thread only. */
const keepsLines = String(nesting.assigns).includes("\n");

describe("a thread can send on", () => {
  for (const [sentence, [fn, expected]] of Object.entries(nesting.nested)) {
    test(sentence, async () => assert.deepEqual(await there(fn), expected));
  }
});

test("a refusal in a thread names the place in the original file", async () => {
  const message = String(await there(nesting.assigns));
  assert.match(
    message,
    /^cannot send 'n' to a thread: it is assigned at test\/fixtures\/capture\/nested\.ts:\d+:\d+, /,
  );
  if (keepsLines) assert.ok(message.includes(`nested.ts:${lineOf("@assigned")}:7`), message);
});

test("the stack of code sent on points at the original file", async () => {
  const stack = String(await there(nesting.throws));
  assert.match(stack, /capture\/nested\.ts:\d+:\d+/);
  if (keepsLines) assert.ok(stack.includes(`nested.ts:${lineOf("@thrown")}:11`), stack);
});
