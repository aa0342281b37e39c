import assert from "node:assert/strict";
import { test } from "node:test";
import { Thread } from "threadkit";
import { tax } from "./tax.js";

test("a thread of a test", () => {
  const t = new Thread({ target: () => tax(200) });
  t.start();
  t.join();
  assert.equal(t.exception, undefined);
});
