/** Wrong uses of ThreadLocal and Timer, one a row: class, code and every word of the sentence. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import "../harness/watchdog.ts";
import { activeCount, Lock, RuntimeError, SharedInt32, ThreadLocal, TIMEOUT_MAX, Timer } from "threadkit";
import { usedBytes } from "../harness/arena.ts";
import { refuses } from "../harness/refuses.ts";

type Row = [
  call: string,
  run: () => unknown,
  type: abstract new (...args: never[]) => Error,
  code: string,
  message: string,
];

const wrong = <T>(value: T) => value as never;

const local = new ThreadLocal<{ value: number }>(() => ({ value: 1 }));
const runs = new SharedInt32();
const nothing = () => void runs.add(1);

const noFunction = (found: string) =>
  `cannot make a ThreadLocal: the initialiser is ${found}. Give a function that returns an object, or leave it out.`;
const noAttributes = (found: string) =>
  `cannot make this thread's attributes: the initialiser returned ${found}. Return an object whose properties are the attributes.`;
const fixed = (what: string) =>
  `cannot ${what}: every thread has attributes of its own, which can be changed and deleted. Freeze the value of an attribute instead.`;
const returns = (value: unknown) => Object.keys(new ThreadLocal(wrong(() => value)));

const LOCAL: Row[] = [
  ...[
    [null, "null"],
    [1, "1"],
    ["init", '"init"'],
    [{ value: 1 }, "an object"],
    [new Map(), "an instance of Map"],
  ].map(
    ([init, found]): Row => [
      `new ThreadLocal(${found})`,
      () => new ThreadLocal(wrong(init)),
      TypeError,
      "INVALID_ARGUMENT",
      noFunction(found as string),
    ],
  ),
  ...[
    [undefined, "undefined"],
    [null, "null"],
    [1, "1"],
    ["text", '"text"'],
    [() => {}, "a function"],
    [[1, 2], "an instance of Array"],
    [new Map(), "an instance of Map"],
    [new Date(0), "an instance of Date"],
    [new Uint8Array(1), "an instance of Uint8Array"],
    [Promise.resolve({}), "an instance of Promise"],
    [new Lock(), "an instance of Lock"],
    [new ThreadLocal(), "an instance of ThreadLocal"],
  ].map(
    ([value, found]): Row => [
      `access, when the initialiser returns ${found}`,
      () => returns(value),
      TypeError,
      "INVALID_ARGUMENT",
      noAttributes(found as string),
    ],
  ),
  [
    "a subclass",
    () => new (class extends (ThreadLocal as unknown as new () => object) {})(),
    TypeError,
    "INVALID_ARGUMENT",
    "cannot make a subclass of ThreadLocal: its fields would be set in one thread only. Give an initialiser that returns the attributes.",
  ],
  [
    "Object.freeze()",
    () => Object.freeze(local),
    TypeError,
    "INVALID_ARGUMENT",
    fixed("freeze the ThreadLocal"),
  ],
  [
    "Object.preventExtensions()",
    () => Object.preventExtensions(local),
    TypeError,
    "INVALID_ARGUMENT",
    fixed("freeze the ThreadLocal"),
  ],
  [
    "Object.setPrototypeOf()",
    () => Object.setPrototypeOf(local, {}),
    TypeError,
    "INVALID_ARGUMENT",
    fixed("change the prototype of the ThreadLocal"),
  ],
  [
    "defineProperty with configurable: false",
    () => Object.defineProperty(local, "other", { value: 1, configurable: false }),
    TypeError,
    "INVALID_ARGUMENT",
    fixed('fix the attribute "other"'),
  ],
  [
    "use within its own initialiser",
    () => {
      const circle: { value: number } = new ThreadLocal(() => ({ value: circle.value }));
      return circle.value;
    },
    RuntimeError,
    "LOCAL_IN_INIT",
    "cannot use the ThreadLocal: its initialiser is running for this thread and uses it. Return an object with the attributes instead of setting them.",
  ],
];

const TIMER: Row[] = [
  ...[
    [undefined, "undefined"],
    [null, "null"],
    ["1", '"1"'],
    [1n, "1n"],
    [{ interval: 1 }, "an object"],
  ].map(
    ([interval, found]): Row => [
      `new Timer(${found})`,
      () => new Timer(wrong(interval), nothing),
      TypeError,
      "INVALID_TIMEOUT",
      `cannot make a timer: the interval is ${found}. Give a number of milliseconds.`,
    ],
  ),
  ...[-1, -0.1, Number.NaN, TIMEOUT_MAX + 1, Number.NEGATIVE_INFINITY].map(
    (interval): Row => [
      `new Timer(${interval})`,
      () => new Timer(interval, nothing),
      RangeError,
      "INVALID_TIMEOUT",
      `cannot make a timer: the interval is ${interval}. Give milliseconds from 0 to ${TIMEOUT_MAX} (TIMEOUT_MAX), or Infinity to wait until it is cancelled.`,
    ],
  ),
  ...[
    [undefined, "undefined"],
    [null, "null"],
    ["nothing()", '"nothing()"'],
    [{ target: nothing }, "an object"],
  ].map(
    ([fn, found]): Row => [
      `new Timer(1, ${found})`,
      () => new Timer(1, wrong(fn)),
      TypeError,
      "INVALID_ARGUMENT",
      `cannot make a timer: what it shall run is ${found}. Give a function.`,
    ],
  ),
  ...[
    [null, "null"],
    ["a", '"a"'],
    [{ 0: 1 }, "an object"],
    [new Set([1]), "an instance of Set"],
  ].map(
    ([args, found]): Row => [
      `new Timer(1, fn, ${found})`,
      () => new Timer(1, nothing, wrong(args)),
      TypeError,
      "INVALID_ARGUMENT",
      `cannot make a timer: args is ${found}. Give an array with the arguments of the function.`,
    ],
  ),
];

for (const [name, rows] of [
  ["wrong uses of a ThreadLocal", LOCAL],
  ["wrong calls of a Timer", TIMER],
] as const) {
  describe(name, () => {
    for (const [call, run, type, code, message] of rows)
      test(`${call} throws ${type.name} ${code}`, () => refuses(run, type, code, message));
  });
}

test("a wrong constructor call takes no shared memory", () => {
  const before = usedBytes();
  for (const make of [() => new Timer(-1, nothing), () => new ThreadLocal(wrong(1))]) assert.throws(make);
  assert.equal(usedBytes(), before);
});

after(() => {
  assert.deepEqual({ ...local }, { value: 1 }, "a wrong use changed the attributes");
  assert.equal(runs.value, 0);
  assert.equal(activeCount(), 1, "a wrong call started a thread");
});
