/** The two sides of the boundary together: what capture lifts, transfer carries, and capture rebuilds. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { importAll } from "../../src/capture/incoming/importing.ts";
import { builder } from "../../src/capture/incoming/rebuild.ts";
import { lifter } from "../../src/capture/outgoing/plan.ts";
import { CaptureError } from "../../src/errors/errors.ts";
import { decode } from "../../src/transfer/decode.ts";
import { encode } from "../../src/transfer/encode.ts";
import { classic, modern, refusing } from "./fixtures.ts";

const shared = { offsetOf: () => undefined };
const adopt = () => assert.fail("nothing here is a shared object");

async function carried(fn: unknown): Promise<unknown> {
  const { bytes, extras, imports } = encode(fn, { label: "target", lifter, shared });
  const copy = bytes.slice();
  await importAll(imports);
  return (decode(copy, { extras, builder, adopt }) as () => unknown)();
}

describe("through transfer, a thread gets", () => {
  for (const [sentence, [fn, expected]] of Object.entries({ ...modern.shapes, ...classic.shapes })) {
    test(sentence, async () => assert.deepEqual(await carried(fn), expected));
  }
});

test("transfer names a captured value that can't cross, and the functions on the way to it", () => {
  class Odd {}
  const odd = { inside: [new Odd()] };
  const reader = () => odd;
  const outer = () => reader();
  const expected = (error: unknown) =>
    error instanceof CaptureError &&
    /captured 'odd'\.inside\[0\] \(\S+:\d+:\d+, in 'reader' captured at \S+:\d+:\d+\)/.test(error.message);
  assert.throws(() => encode(outer, { label: "target", lifter, shared }), expected);
  const [hit] = refusing.refusals["a write two functions away"];
  assert.throws(
    () => encode(hit, { label: "target", lifter, shared }),
    /as 'bump' captured at .*\n {4}in 'middle'/,
  );
});
