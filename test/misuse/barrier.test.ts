/** Wrong calls of a Barrier. None may have had an effect: the object is looked at in the end. */
import assert from "node:assert/strict";
import { after } from "node:test";
import "../harness/watchdog.ts";
import { Barrier, TIMEOUT_MAX } from "threadkit";
import { barrierWords, quiet } from "../harness/words.ts";
import { countRows, type Row, table, waitRows, wrong } from "./rows.ts";

const barrier = new Barrier(2);

const rows: Row[] = [
  ...countRows("new Barrier", "make a barrier", "parties", 1, 2 ** 30, (parties) => new Barrier(parties)),
  [
    "new Barrier()",
    () => new Barrier(wrong(undefined)),
    TypeError,
    "INVALID_VALUE",
    `cannot make a barrier: parties is undefined. Give a whole number from 1 to ${2 ** 30}.`,
  ],
  [
    "new Barrier(2, function), Python's form",
    () =>
      new Barrier(
        2,
        wrong(function act() {}),
      ),
    TypeError,
    "INVALID_OPTIONS",
    "cannot make a barrier: the options are function act. Give an object such as { timeout: 1000 }.",
  ],
  [
    "new Barrier(2, null)",
    () => new Barrier(2, wrong(null)),
    TypeError,
    "INVALID_OPTIONS",
    "cannot make a barrier: the options are null. Give an object such as { timeout: 1000 }.",
  ],
  ...(
    [
      ["run", '"run"'],
      [null, "null"],
      [{}, "an object"],
    ] as const
  ).map(
    ([action, found]): Row => [
      `new Barrier(2, { action: ${found} })`,
      () => new Barrier(2, { action: wrong(action) }),
      TypeError,
      "INVALID_OPTIONS",
      `cannot make a barrier: action is ${found}. Give a function, or leave it out.`,
    ],
  ),
  [
    "new Barrier(2, { timeout: -1 })",
    () => new Barrier(2, { timeout: -1 }),
    RangeError,
    "INVALID_TIMEOUT",
    `cannot make a barrier: timeout is -1. Give milliseconds from 0 to ${TIMEOUT_MAX} (TIMEOUT_MAX), or leave it out to wait for ever.`,
  ],
  [
    'new Barrier(2, { timeout: "1s" })',
    () => new Barrier(2, { timeout: wrong("1s") }),
    TypeError,
    "INVALID_TIMEOUT",
    'cannot make a barrier: timeout is "1s". Give a number of milliseconds, or leave it out to wait for ever.',
  ],
  ...waitRows(
    "wait",
    "waitAsync",
    "wait at the barrier",
    (options) => barrier.wait(options),
    (options) => barrier.waitAsync(options),
  ),
];

table("wrong calls of a Barrier", rows);

after(() => {
  assert.equal(barrier.broken, false);
  assert.deepEqual(barrierWords(barrier), quiet(0));
});
