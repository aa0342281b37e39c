/** Wrong calls of a Condition: class, code and every word of the sentence. None has an effect. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import "../harness/watchdog.ts";
import { Condition, Lock, RuntimeError, Thread, TIMEOUT_MAX } from "threadkit";
import { conditionLine, lockWords, NOBODY, PRISTINE } from "../harness/arena.ts";
import { refuses, refusesAsync } from "../harness/refuses.ts";

type Row = [
  call: string,
  run: () => unknown,
  type: abstract new (...args: never[]) => Error,
  code: string,
  message: string,
];

const wrong = <T>(value: T) => value as never;
const condition = new Condition();
const plain = new Condition(new Lock());
const held = new Condition().acquire();
/** Its lock is held by a thread that has ended. */
const taken = new Condition();
const owner = new Thread({ target: (c: Condition) => void c.acquire(), args: [taken] }).start();
owner.join();

const made = (found: string) =>
  `cannot make a condition: the lock is ${found}. Give a Lock or an RLock, or leave it out.`;
const unheld = (verb: string) =>
  `cannot ${verb}: nobody holds the lock. Acquire it first, and release it once for each acquire.`;
const free = (verb: string) => `cannot ${verb}: the lock of the condition is free. Acquire it first.`;
const others = (verb: string) =>
  `cannot ${verb}: thread ${owner.ident} holds the lock. Leave that to the thread that acquired it.`;
const options = (found: string) =>
  `cannot wait: the options are ${found}. Give an object such as { timeout: 1000 }.`;
const predicate = (found: string) => `cannot wait: the predicate is ${found}. Give a function.`;

const ROWS: Row[] = [
  ["new Condition(null)", () => new Condition(wrong(null)), TypeError, "INVALID_ARGUMENT", made("null")],
  ["new Condition({})", () => new Condition(wrong({})), TypeError, "INVALID_ARGUMENT", made("an object")],
  [
    "new Condition(condition)",
    () => new Condition(wrong(condition)),
    TypeError,
    "INVALID_ARGUMENT",
    made("an instance of Condition"),
  ],
  ["wait()", () => condition.wait(), RuntimeError, "LOCK_NOT_OWNED", unheld("wait")],
  ["waitAsync()", () => condition.waitAsync(), RuntimeError, "LOCK_NOT_OWNED", unheld("wait")],
  ["waitFor()", () => condition.waitFor(() => true), RuntimeError, "LOCK_NOT_OWNED", unheld("wait")],
  ["waitForAsync()", () => condition.waitForAsync(() => 1), RuntimeError, "LOCK_NOT_OWNED", unheld("wait")],
  ["notify()", () => condition.notify(), RuntimeError, "LOCK_NOT_OWNED", unheld("notify")],
  ["notify(0)", () => condition.notify(0), RuntimeError, "LOCK_NOT_OWNED", unheld("notify")],
  ["notifyAll()", () => condition.notifyAll(), RuntimeError, "LOCK_NOT_OWNED", unheld("notify")],
  ["wait() over a Lock", () => plain.wait(), RuntimeError, "LOCK_NOT_OWNED", free("wait")],
  ["notify() over a Lock", () => plain.notify(), RuntimeError, "LOCK_NOT_OWNED", free("notify")],
  ["wait() of a stranger", () => taken.wait(), RuntimeError, "LOCK_NOT_OWNED", others("wait")],
  ["notify() of a stranger", () => taken.notify(), RuntimeError, "LOCK_NOT_OWNED", others("notify")],
  ["wait(100)", () => held.wait(wrong(100)), TypeError, "INVALID_OPTIONS", options("100")],
  [
    "wait({ timeout: -1 })",
    () => held.wait({ timeout: -1 }),
    RangeError,
    "INVALID_TIMEOUT",
    `cannot wait: timeout is -1. Give milliseconds from 0 to ${TIMEOUT_MAX} (TIMEOUT_MAX), or leave it out to wait for ever.`,
  ],
  [
    'waitAsync({ timeout: "1" })',
    () => held.waitAsync({ timeout: wrong("1") }),
    TypeError,
    "INVALID_TIMEOUT",
    'cannot wait: timeout is "1". Give a number of milliseconds, or leave it out to wait for ever.',
  ],
  [
    "waitAsync({ signal: 1 })",
    () => held.waitAsync({ signal: wrong(1) }),
    TypeError,
    "INVALID_SIGNAL",
    "cannot wait: signal is 1. Give an AbortSignal.",
  ],
  ["waitFor(1)", () => held.waitFor(wrong(1)), TypeError, "INVALID_ARGUMENT", predicate("1")],
  ["waitFor(true, 5)", () => held.waitFor(() => true, wrong(5)), TypeError, "INVALID_OPTIONS", options("5")],
  [
    "waitForAsync(promise)",
    () => held.waitForAsync(wrong(Promise.resolve())),
    TypeError,
    "INVALID_ARGUMENT",
    predicate("an instance of Promise"),
  ],
  [
    'notify("1")',
    () => held.notify(wrong("1")),
    TypeError,
    "INVALID_ARGUMENT",
    'cannot notify: n is "1". Give a number of waiters.',
  ],
  ...[1.5, Number.NaN, Number.POSITIVE_INFINITY].map(
    (n): Row => [
      `notify(${n})`,
      () => held.notify(n),
      RangeError,
      "INVALID_ARGUMENT",
      `cannot notify: n is ${n}. Give a whole number of waiters.`,
    ],
  ),
];

describe("wrong calls of a Condition", () => {
  for (const [call, run, type, code, message] of ROWS) {
    const awaits = /Async\(/.test(call);
    test(`${call} ${awaits ? "rejects" : "throws"} with ${type.name} ${code}`, async () => {
      if (!awaits) return refuses(run, type, code, message);
      const pending = run(); // an `Async` form never throws: it rejects
      assert.ok(pending instanceof Promise);
      await refusesAsync(() => pending, type, code, message);
    });
  }

  test("are told in sentences of the form: cannot <verb>: <fact>. <what to do>.", () => {
    for (const [call, , , , message] of ROWS)
      assert.match(message, /^cannot [^:]+: .+[^.]\. [A-Z`].*\.$/, call);
  });
});

after(() => {
  held.release();
  for (const each of [condition, plain, held]) {
    assert.deepEqual(lockWords(each.lock), PRISTINE, "a wrong call changed the lock");
    assert.deepEqual(conditionLine(each), NOBODY, "a wrong call left a waiter");
  }
});
