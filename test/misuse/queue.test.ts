/** Wrong calls of queues. None may have had an effect: the objects are looked at in the end. */
import assert from "node:assert/strict";
import { after } from "node:test";
import "../harness/watchdog.ts";
import {
  CaptureError,
  LifoQueue,
  PriorityQueue,
  Queue,
  QueueEmptyError,
  QueueFullError,
  QueueShutDownError,
  SimpleQueue,
} from "threadkit";
import { EMPTY_NOW, FULL_NOW, SHUT_GET, SHUT_PUT } from "../conformance/queue.ts";
import { countsOf, unquiet } from "../harness/queues.ts";
import { countRows, type Row, table, waitRows, wrong } from "./rows.ts";

const MOST = 2 ** 30;
const queue = new Queue<unknown>(2);
const full = new Queue<number>(1);
full.put(1);
const ended = new Queue<number>();
ended.shutdown();
const simple = new SimpleQueue<unknown>();
const sorted = new PriorityQueue<unknown>();
sorted.put(1);
const tasks = new Queue<number>();
const [PUT, GET, JOIN, MAKE] = ["put the item", "get an item", "join the queue", "make a queue"];
const OWN = "Give the queue a compare function of your own: new PriorityQueue({ compare }).";
const both = (verb: string) =>
  `cannot ${verb}: blocking is false and there is a timeout too. Leave out one of the two.`;
const noOrder = (found: string) =>
  `cannot ${PUT}: ${found} has no order. Put numbers, bigints, strings or arrays of them. ${OWN}`;
const unlike = (found: string) =>
  `cannot ${PUT}: ${found} can't be compared with 1, which is in the queue. ${OWN}`;
class Own {}

const rows: Row[] = [
  ...countRows("new Queue", MAKE, "maxsize", -MOST, MOST, (maxsize) => new Queue(maxsize)),
  ...countRows("new LifoQueue", MAKE, "maxsize", -MOST, MOST, (maxsize) => new LifoQueue(maxsize)),
  ...countRows(
    "new PriorityQueue of maxsize ",
    MAKE,
    "maxsize",
    -MOST,
    MOST,
    (maxsize) => new PriorityQueue({ maxsize }),
  ),
  ...[null, 3, "x"].map(
    (value): Row => [
      `new PriorityQueue(${value})`,
      () => new PriorityQueue(wrong(value)),
      TypeError,
      "INVALID_OPTIONS",
      `cannot ${MAKE}: the options are ${typeof value === "string" ? '"x"' : value}. Give an object such as { timeout: 1000 }.`,
    ],
  ),
  [
    "new PriorityQueue({ compare: 1 })",
    () => new PriorityQueue({ compare: wrong(1) }),
    TypeError,
    "INVALID_OPTIONS",
    `cannot ${MAKE}: compare is 1. Give a function, or leave it out.`,
  ],
  ...waitRows(
    "put",
    "putAsync",
    PUT,
    (options) => queue.put(1, options),
    (options) => queue.putAsync(1, options),
  ),
  ...waitRows(
    "get",
    "getAsync",
    GET,
    (options) => full.get(options),
    (options) => full.getAsync(options),
  ),
  ...waitRows(
    "join",
    "joinAsync",
    JOIN,
    (options) => queue.join(options),
    (options) => queue.joinAsync(options),
  ),
  ...waitRows(
    "get of a SimpleQueue",
    "SimpleQueue.getAsync",
    GET,
    (options) => simple.get(options),
    (options) => simple.getAsync(options),
  ),
  ...[0, 1, Number.POSITIVE_INFINITY].flatMap((timeout): Row[] => [
    [
      `put(1, { blocking: false, timeout: ${timeout} })`,
      () => queue.put(1, { blocking: false, timeout }),
      TypeError,
      "INVALID_OPTIONS",
      both(PUT),
    ],
    [
      `get({ blocking: false, timeout: ${timeout} })`,
      () => full.get({ blocking: false, timeout }),
      TypeError,
      "INVALID_OPTIONS",
      both(GET),
    ],
  ]),
  [
    "put(1, { blocking: 0 })",
    () => queue.put(1, { blocking: wrong(0) }),
    TypeError,
    "INVALID_OPTIONS",
    `cannot ${PUT}: blocking is 0. Give true or false.`,
  ],
  [
    "get({ blocking: null })",
    () => full.get({ blocking: wrong(null) }),
    TypeError,
    "INVALID_OPTIONS",
    `cannot ${GET}: blocking is null. Give true or false.`,
  ],
  ...[1, "yes", null].map(
    (immediate): Row => [
      `shutdown({ immediate: ${immediate} })`,
      () => queue.shutdown({ immediate: wrong(immediate) }),
      TypeError,
      "INVALID_OPTIONS",
      `cannot shut the queue down: immediate is ${typeof immediate === "string" ? '"yes"' : immediate}. Give true or false.`,
    ],
  ),
  [
    "shutdown(true)",
    () => queue.shutdown(wrong(true)),
    TypeError,
    "INVALID_OPTIONS",
    "cannot shut the queue down: the options are true. Give an object such as { timeout: 1000 }.",
  ],
  [
    "taskDone() of a fresh queue",
    () => tasks.taskDone(),
    RangeError,
    "TASK_DONE_TOO_OFTEN",
    "cannot count a task as done: all items that were put are done already. Call taskDone() once for each item.",
  ],
  ["putNowait() of a full queue", () => full.putNowait(2), QueueFullError, "QUEUE_FULL", FULL_NOW],
  [
    "putAsync() of a full queue that may not wait",
    () => full.putAsync(2, { timeout: 0 }),
    QueueFullError,
    "QUEUE_FULL",
    FULL_NOW,
  ],
  ["getNowait() of an empty queue", () => queue.getNowait(), QueueEmptyError, "QUEUE_EMPTY", EMPTY_NOW],
  [
    "getNowait() of an empty SimpleQueue",
    () => simple.getNowait(),
    QueueEmptyError,
    "QUEUE_EMPTY",
    EMPTY_NOW,
  ],
  [
    "getAsync() of an empty queue that may not wait",
    () => queue.getAsync({ timeout: 0 }),
    QueueEmptyError,
    "QUEUE_EMPTY",
    EMPTY_NOW,
  ],
  ["put() after shutdown()", () => ended.put(1), QueueShutDownError, "QUEUE_SHUT_DOWN", SHUT_PUT],
  ["putAsync() after shutdown()", () => ended.putAsync(1), QueueShutDownError, "QUEUE_SHUT_DOWN", SHUT_PUT],
  ["get() after shutdown()", () => ended.get(), QueueShutDownError, "QUEUE_SHUT_DOWN", SHUT_GET],
  ["getAsync() after shutdown()", () => ended.getAsync(), QueueShutDownError, "QUEUE_SHUT_DOWN", SHUT_GET],
  ["put() of an object in no order", () => sorted.put({}), TypeError, "NOT_COMPARABLE", noOrder("an object")],
  [
    "putAsync() of null in no order",
    () => sorted.putAsync(null),
    TypeError,
    "NOT_COMPARABLE",
    noOrder("null"),
  ],
  ["put() of a boolean in no order", () => sorted.put(true), TypeError, "NOT_COMPARABLE", noOrder("true")],
  [
    "put() of undefined in no order",
    () => sorted.put(undefined),
    TypeError,
    "NOT_COMPARABLE",
    noOrder("undefined"),
  ],
  ["put() of a string among numbers", () => sorted.put("a"), TypeError, "NOT_COMPARABLE", unlike('"a"')],
  [
    "put() of an array among numbers",
    () => sorted.put([1]),
    TypeError,
    "NOT_COMPARABLE",
    unlike("an instance of Array"),
  ],
  [
    "put() of NaN in order",
    () => sorted.put(Number.NaN),
    TypeError,
    "NOT_COMPARABLE",
    `cannot ${PUT}: NaN has no order. Put a number in its place.`,
  ],
  [
    "put() of an array with NaN in order",
    () => sorted.put([[Number.NaN]]),
    TypeError,
    "NOT_COMPARABLE",
    `cannot ${PUT}: NaN has no order. Put a number in its place.`,
  ],
  [
    "put() of an instance of a class",
    () => queue.put(new Own()),
    CaptureError,
    "CANNOT_CROSS",
    captureMessage(() => queue.put(new Own())),
  ],
];

/** The sentence is capture's own: only that it is one of our form is looked at. */
function captureMessage(call: () => void): string {
  try {
    call();
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}

// Below zero is no limit, so the −7 that every count refuses is right here.
table(
  "wrong calls of a queue",
  rows.filter(([call]) => !call.endsWith("(-7)")),
);

after(() => {
  for (const each of [queue, full, ended, simple, sorted, tasks]) assert.deepEqual(unquiet(each), {});
  assert.deepEqual(countsOf(queue), { items: 0, unfinished: 0 });
  assert.deepEqual(countsOf(full), { items: 1, unfinished: 1 });
  assert.deepEqual(countsOf(sorted), { items: 1, unfinished: 1 });
  assert.deepEqual(countsOf(simple), { items: 0, unfinished: 0 });
  assert.deepEqual(countsOf(tasks), { items: 0, unfinished: 0 });
  queue.put(1);
  assert.equal(queue.get(), 1, "it is not shut down");
});
