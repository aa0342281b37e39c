/** Wrong calls of semaphores. None may have had an effect: the objects are looked at in the end. */
import assert from "node:assert/strict";
import { after } from "node:test";
import "../harness/watchdog.ts";
import { BoundedSemaphore, Semaphore } from "threadkit";
import { quiet, semaphoreWords } from "../harness/words.ts";
import { countRows, type Row, table, waitRows, wrong } from "./rows.ts";

const MOST = 2 ** 30 - 1;
const semaphore = new Semaphore(2);
const bounded = new BoundedSemaphore(2);
const ACQUIRE = "acquire the semaphore";
const BODY = "cannot run a section with the semaphore: the body is";
const BOTH = `cannot ${ACQUIRE}: blocking is false and there is a timeout too. Leave out one of the two.`;
const above = (would: number) =>
  `cannot release the semaphore: its value would be ${would}, above its initial 2. Release it once for each acquire; \`using\` or with() do so by themselves.`;

const rows: Row[] = [
  ...countRows("new Semaphore", "make a semaphore", "the value", 0, MOST, (value) => new Semaphore(value)),
  ...countRows(
    "new BoundedSemaphore",
    "make a semaphore",
    "the value",
    0,
    MOST,
    (value) => new BoundedSemaphore(value),
  ),
  ...countRows("release", "release the semaphore", "the number of permits", 1, MOST, (n) =>
    semaphore.release(n),
  ),
  ...waitRows(
    "acquire",
    "acquireAsync",
    ACQUIRE,
    (options) => semaphore.acquire(options),
    (options) => semaphore.acquireAsync(options),
  ),
  [
    "acquire({ blocking: 0 })",
    () => semaphore.acquire({ blocking: wrong(0) }),
    TypeError,
    "INVALID_OPTIONS",
    `cannot ${ACQUIRE}: blocking is 0. Give true or false.`,
  ],
  ...[0, 1, Number.POSITIVE_INFINITY].map(
    (timeout): Row => [
      `acquire({ blocking: false, timeout: ${timeout} })`,
      () => semaphore.acquire({ blocking: false, timeout }),
      TypeError,
      "INVALID_OPTIONS",
      BOTH,
    ],
  ),
  [
    "with()",
    () => semaphore.with(wrong(undefined)),
    TypeError,
    "INVALID_ARGUMENT",
    `${BODY} undefined. Give a function.`,
  ],
  [
    "withAsync({})",
    () => semaphore.withAsync(wrong({})),
    TypeError,
    "INVALID_ARGUMENT",
    `${BODY} an object. Give a function.`,
  ],
  ["release() of a full bounded one", () => bounded.release(), RangeError, "SEMAPHORE_OVERFLOW", above(3)],
  ["release(5) of a full bounded one", () => bounded.release(5), RangeError, "SEMAPHORE_OVERFLOW", above(7)],
  [
    "dispose of a full bounded one",
    () => bounded[Symbol.dispose](),
    RangeError,
    "SEMAPHORE_OVERFLOW",
    above(3),
  ],
];

table("wrong calls of a Semaphore", rows);

after(() => assert.deepEqual([semaphoreWords(semaphore), semaphoreWords(bounded)], [quiet(4), quiet(4)]));
