/** Without an inspector the same is refused as with one, in the same words, and what only an inspector could read. */
process.env.THREADKIT_CAPTURE = "source";

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { lifter } from "../../src/capture/outgoing/plan.ts";
import { CaptureError } from "../../src/errors/errors.ts";
import { pack } from "../capture/walker.ts";
import * as refusing from "../fixtures/capture/refusals.ts";
import { exported, hidden } from "../fixtures/static/hidden.ts";

// Node 20 runs TypeScript through a loader, whose text can't be had without the inspector.
const skip = !("typescript" in process.features && process.features.typescript);

const file = new URL("../fixtures/capture/refusals.ts", import.meta.url);
const lines = readFileSync(file, "utf8").split("\n");

function refusal(fn: unknown): CaptureError {
  try {
    pack(fn, lifter, "target");
  } catch (error) {
    assert.ok(error instanceof CaptureError, String(error));
    return error;
  }
  throw new assert.AssertionError({ message: "it was not refused" });
}

describe("without an inspector, a thread is refused", { skip }, () => {
  const { refusals } = refusing;
  // Not what is wrong with these shows, but that their values can't be read; and a function's own name is known.
  const {
    "a bound function": _,
    "a proxy": __,
    "the own name of a function expression": ___,
    ...same
  } = refusals;

  for (const [sentence, [fn, thing, mark]] of Object.entries(same)) {
    test(sentence, () => {
      const { message, code } = refusal(fn);
      assert.equal(code, "CANNOT_CROSS");
      assert.ok(message.startsWith(`cannot send ${thing} to a thread: `), message);
      const at = lines.findIndex((line) => mark && line.includes(mark));
      if (mark) assert.ok(message.includes(`test/fixtures/capture/refusals.ts:${at + 1}:`), message);
    });
  }

  for (const [sentence, [fn, thing, fact]] of Object.entries(hidden)) {
    test(sentence, () => {
      const { message } = refusal(fn);
      assert.ok(message.startsWith(`cannot send ${thing} to a thread: `), message);
      assert.match(message, fact);
      assert.match(message, /no inspector is here|functions with the same text/);
    });
  }

  test("a bound function, a native one and a proxy that are handed over themselves", () => {
    const bound = (() => 1).bind(null);
    assert.match(refusal(bound).message, /^cannot send 'bound ' to a thread: it is a bound function/);
    assert.match(refusal(new Proxy(() => 1, {})).message, /^cannot send a proxy of a function to a thread/);
  });
});

describe("without an inspector, a thread is not refused", { skip }, () => {
  test("a function's own name", () => {
    pack(refusing.refusals["the own name of a function expression"][0], lifter, "target");
  });

  test("an object that another module exports, as it is now", () => {
    pack(exported, lifter, "target");
  });
});
