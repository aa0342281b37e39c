/** What can't cross is refused before anything runs, by name, place and the way that leads there. */
import assert from "node:assert/strict";
import { readFile, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { lifter } from "../../src/capture/outgoing/plan.ts";
import { CaptureError } from "../../src/errors/errors.ts";
import { classic, path, refusing } from "./fixtures.ts";
import { pack } from "./walker.ts";

const lines = readFileSync(fileURLToPath(path("refusals.ts")), "utf8").split("\n");

function refusal(fn: unknown): CaptureError {
  try {
    pack(fn, lifter, "target");
  } catch (error) {
    assert.ok(error instanceof CaptureError, String(error));
    return error;
  }
  throw new assert.AssertionError({ message: "it was not refused" });
}

/** The line that bears a mark, as messages name it. */
function placeOf(mark: string): string {
  const at = lines.findIndex((line) => line.includes(mark));
  return `test/fixtures/capture/refusals.ts:${at + 1}:`;
}

describe("a thread is refused", () => {
  for (const [sentence, [fn, thing, mark]] of Object.entries(refusing.refusals)) {
    test(sentence, () => {
      const { message, code } = refusal(fn);
      assert.equal(code, "CANNOT_CROSS");
      assert.ok(message.startsWith(`cannot send ${thing} to a thread: `), message);
      if (mark) assert.ok(message.includes(placeOf(mark)), `${message}\nhas not ${placeOf(mark)}`);
    });
  }

  test("a constant before its declaration has run", () => {
    const { message } = refusing.tooEarly((fn) => pack(fn, lifter, "target")) as CaptureError;
    assert.ok(message.startsWith("cannot send 'unborn' to a thread: it is used at "), message);
    assert.ok(message.includes(placeOf("@unborn")), message);
  });

  test("a class before its declaration has run", () => {
    const { message } = refusing.classTooEarly((fn) => pack(fn, lifter, "target")) as CaptureError;
    assert.ok(message.startsWith("cannot send 'Unborn' to a thread: it is used at "), message);
  });

  test("the arguments of a CommonJS module", () => {
    assert.match(refusal(classic.outerArguments).message, /^cannot send 'arguments' to a thread/);
  });

  test("a function of Node's own that has no name to import it by", () => {
    const read = promisify(readFile);
    const { message } = refusal(() => read);
    assert.match(
      message,
      /^cannot send function readFile to a thread: it is a function of Node's own that no module/,
    );
    assert.match(message, /\n {2}in captured 'read' \(test\/capture\/refusals\.test\.ts:\d+:\d+\)$/);
  });
});

describe("a refusal", () => {
  test("names every function on the way, from the inside out", () => {
    const [fn] = refusing.refusals["a write two functions away"];
    const [first, ...way] = refusal(fn).message.split("\n");
    assert.match(
      first,
      /^cannot send 'hits' to a thread: it is assigned at \S+:\d+:20, and a thread would change only its own copy\. /,
    );
    assert.match(first, /Return the value, or share it with SharedInt32 or another shared object\.$/);
    assert.equal(way.length, 3);
    assert.match(way[0], /^ {2}in function bump \(test\/fixtures\/capture\/refusals\.ts:3:14\)$/);
    assert.match(way[1], /^ {2}as 'bump' captured at test\/fixtures\/capture\/refusals\.ts:4:22$/);
    assert.match(way[2], /^ {4}in 'middle' captured at test\/fixtures\/capture\/refusals\.ts:\d+:\d+$/);
  });

  test("is no reason to refuse the same function later", () => {
    let ready = false;
    const early = () => value;
    assert.throws(() => pack(early, lifter, "target"), CaptureError);
    const value = { set: (ready = true) };
    assert.equal(pack(early, lifter, "target").entries.length > 1, ready);
  });
});
