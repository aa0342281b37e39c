/** Changes of copied values are pointed out once per place; changes of shared ones are nobody's business. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { lifter } from "../../src/capture/outgoing/plan.ts";
import { setSharedPredicate } from "../../src/capture/outgoing/shared.ts";
import { mutating } from "./fixtures.ts";
import { pack } from "./walker.ts";

setSharedPredicate((value) => typeof value === "object" && value !== null && "shared" in value);

function warningsOf(fn: unknown): { message: string; code: string }[] {
  const { emitWarning } = process;
  const warnings: { message: string; code: string }[] = [];
  process.emitWarning = ((message: string, options: { code: string }) =>
    warnings.push({ message, code: options.code })) as unknown as typeof emitWarning;
  try {
    pack(fn, lifter, "target");
  } finally {
    process.emitWarning = emitWarning;
  }
  return warnings;
}

describe("a change of a captured copy", () => {
  for (const [name, fn] of Object.entries(mutating.changes)) {
    test(`is warned of once: ${name}`, () => {
      const [warning, ...more] = warningsOf(fn);
      assert.deepEqual(more, []);
      assert.equal(warning?.code, "THREADKIT_COPIED");
      assert.match(
        warning.message,
        /^'\w+' is copied to the thread, and the change at test\/fixtures\/capture\/mutations\.ts:\d+:\d+ stays/,
      );
      assert.deepEqual(warningsOf(fn), []);
    });
  }
});

describe("no warning is given for", () => {
  for (const [sentence, fn] of Object.entries(mutating.harmless)) {
    test(sentence, () => assert.deepEqual(warningsOf(fn), []));
  }
});
