/** What types refuse is refused at run time too, in the same words where they are about one kind of value. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { EventEmitter } from "node:events";
import { readFileSync, statSync } from "node:fs";
import { createServer, Socket } from "node:net";
import path from "node:path";
import { Readable } from "node:stream";
import { describe, test } from "node:test";
import { CaptureError, SharedMap, Thread } from "threadkit";
import { root } from "../harness/child.ts";

const sendable = readFileSync(path.join(root, "src", "transfer", "sendable.ts"), "utf8");
/** The sentences in the types. */
const sentences = [...sendable.matchAll(/\? ?"(it is [^"]+)"|: "(it is [^"]+)"/g)].map(([, a, b]) => a ?? b);

function refusalOf(value: unknown): string {
  try {
    new Thread({ target: (_: unknown) => {}, args: [value] }).start().join();
  } catch (error) {
    assert.ok(error instanceof CaptureError);
    assert.equal(error.code, "CANNOT_CROSS");
    return error.message.split("\n")[0];
  }
  return "";
}

const IN_THE_SAME_WORDS: Record<string, unknown> = {
  promise: Promise.resolve(1),
  WeakMap: new WeakMap(),
  WeakSet: new WeakSet(),
  WeakRef: new WeakRef({}),
  FinalizationRegistry: new FinalizationRegistry(() => {}),
  generator: (function* () {})(),
};
const IN_OTHER_WORDS: Record<string, unknown> = {
  "async generator": (async function* () {})(),
  socket: new Socket(),
  server: createServer(),
  stream: Readable.from([]),
  emitter: new EventEmitter(),
  AbortSignal: new AbortController().signal,
  AbortController: new AbortController(),
  Response: new Response(),
  Request: new Request("http://localhost"),
  Headers: new Headers(),
  stats: statSync("."),
  timer: setTimeout(() => {}, 0),
};

describe("what types refuse", () => {
  test("there are sentences in the types", () => assert.ok(sentences.length > 8, String(sentences.length)));

  for (const [name, value] of Object.entries(IN_THE_SAME_WORDS)) {
    test(`${name}: the same sentence at run time`, () => {
      const said = refusalOf(value);
      assert.ok(
        sentences.some((sentence) => said === `cannot send args[0] to a thread: ${sentence}.`),
        said,
      );
    });
  }
  for (const [name, value] of Object.entries(IN_OTHER_WORDS)) {
    test(`${name}: refused at run time`, () =>
      assert.match(refusalOf(value), /^cannot send args\[0\] to a thread: it is/));
  }
});

describe("what types let pass although it looks like something refused", () => {
  const passes: Record<string, unknown> = {
    Map: new Map([[{}, 1]]),
    Set: new Set([1]),
    SharedMap: new SharedMap(),
    process,
    "an object with methods": { get: () => 1, set: () => 2, has: () => true, delete: () => true },
    // biome-ignore lint/suspicious/noThenProperty: that is the question
    "a thenable object": { then: (resolve: (n: number) => void) => resolve(1) },
  };
  for (const [name, value] of Object.entries(passes)) test(name, () => assert.equal(refusalOf(value), ""));

  test("what types can't tell is still refused at run time", () => {
    assert.match(refusalOf(createHash("sha1")), /instance of class Hash/);
    assert.match(refusalOf(Symbol("one's own")), /a symbol that no other thread can have/);
  });
});
