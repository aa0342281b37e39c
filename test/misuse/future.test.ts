/** Wrong calls of futures, of wait and of asCompleted. None may have had an effect. */
import assert from "node:assert/strict";
import { after } from "node:test";
import "../harness/watchdog.ts";
import { asCompleted, Future, InvalidStateError, wait, waitAsync } from "threadkit";
import { type Row, table, waitRows, wrong } from "./rows.ts";

const future = new Future<number>();
const settled = new Future<number>();
settled.setResult(1);
const NO_FUNCTION = (found: string) =>
  `cannot add a callback: it is ${found}. Give a function that takes the future.`;
const SETTLED = (verb: string) =>
  `cannot ${verb} of the future: it is finished. A future is settled once, by whoever made it.`;
const NO_ITERABLE = (verb: string, found: string) =>
  `cannot ${verb}: the futures are ${found}. Give an array or another iterable of futures.`;
const NO_FUTURE = (verb: string, found: string) =>
  `cannot ${verb}: one of the futures is ${found}. Give what submit() returned.`;

const rows: Row[] = [
  ...waitRows(
    "result",
    "resultAsync",
    "wait for the result",
    (options) => future.result(options),
    (options) => future.resultAsync(options),
  ),
  ...waitRows(
    "exception",
    "exceptionAsync",
    "wait for the exception",
    (options) => future.exception(options),
    (options) => future.exceptionAsync(options),
  ),
  ...waitRows(
    "wait",
    "waitAsync",
    "wait for futures",
    (options) => wait([future], options),
    (options) => waitAsync([future], options),
  ),
  ...(
    [
      [undefined, "undefined"],
      [null, "null"],
      ["text", '"text"'],
      [{}, "an object"],
    ] as const
  ).map(
    ([value, found]): Row => [
      `addDoneCallback(${found})`,
      () => future.addDoneCallback(wrong(value)),
      TypeError,
      "INVALID_ARGUMENT",
      NO_FUNCTION(found),
    ],
  ),
  ...(["set the result", "set the exception"] as const).map(
    (verb): Row => [
      `${verb} of one that is finished`,
      () => (verb === "set the result" ? settled.setResult(2) : settled.setException(new Error("x"))),
      InvalidStateError,
      "INVALID_STATE",
      SETTLED(verb),
    ],
  ),
  [
    "setRunningOrNotifyCancel of one that is finished",
    () => settled.setRunningOrNotifyCancel(),
    InvalidStateError,
    "INVALID_STATE",
    "cannot set the future running: it is finished. A future is settled once, by whoever made it.",
  ],
  ...(
    [
      ["wait", "wait for futures", (futures: never) => wait(futures)],
      ["waitAsync", "wait for futures", (futures: never) => waitAsync(futures)],
      ["asCompleted", "iterate over futures", (futures: never) => asCompleted(futures)],
    ] as const
  ).flatMap(([call, verb, run]): Row[] => [
    [`${call}(5)`, () => run(wrong(5)), TypeError, "INVALID_ARGUMENT", NO_ITERABLE(verb, "5")],
    [`${call}(null)`, () => run(wrong(null)), TypeError, "INVALID_ARGUMENT", NO_ITERABLE(verb, "null")],
    [
      `${call}(a future)`,
      () => run(wrong(future)),
      TypeError,
      "INVALID_ARGUMENT",
      NO_ITERABLE(verb, "an instance of Future"),
    ],
    [`${call}([7])`, () => run(wrong([7])), TypeError, "INVALID_ARGUMENT", NO_FUTURE(verb, "7")],
    [
      `${call}([a promise])`,
      () => run(wrong([Promise.resolve(1)])),
      TypeError,
      "INVALID_ARGUMENT",
      NO_FUTURE(verb, "an instance of Promise"),
    ],
  ]),
  ...(["wait", "waitAsync"] as const).flatMap((call): Row[] =>
    (
      [
        ["all", '"all"'],
        [null, "null"],
        [1, "1"],
      ] as const
    ).map(([returnWhen, found]) => [
      `${call}(…, { returnWhen: ${found} })`,
      () =>
        call === "wait"
          ? wait([settled], wrong({ returnWhen }))
          : waitAsync([settled], wrong({ returnWhen })),
      TypeError,
      "INVALID_OPTIONS",
      `cannot wait for futures: returnWhen is ${found}. Give ALL_COMPLETED, FIRST_COMPLETED, FIRST_EXCEPTION.`,
    ]),
  ),
  [
    "asCompleted(…, { timeout: -1 })",
    () => asCompleted([future], { timeout: -1 }),
    RangeError,
    "INVALID_TIMEOUT",
    "cannot iterate over futures: timeout is -1. Give milliseconds from 0 to 2147483647 (TIMEOUT_MAX), or leave it out to wait for ever.",
  ],
];

table("wrong calls of futures", rows);

after(() => {
  assert.deepEqual([future.done(), future.running(), future.cancelled()], [false, false, false]);
  assert.equal(settled.result(), 1);
});
