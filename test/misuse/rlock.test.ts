/** Wrong calls of an RLock: class, code and every word of the sentence. None has an effect. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import "../harness/watchdog.ts";
import { RLock, RuntimeError, TIMEOUT_MAX } from "threadkit";
import { PRISTINE_RLOCK, rlockWords } from "../harness/arena.ts";
import { refuses, refusesAsync } from "../harness/refuses.ts";

type Row = [
  call: string,
  run: () => unknown,
  type: abstract new (...args: never[]) => Error,
  code: string,
  message: string,
];

const wrong = <T>(value: T) => value as never;
const lock = new RLock();
/** Held by this thread for the whole file. */
const held = new RLock().acquire();

const NOT_HELD =
  "cannot release the lock: nobody holds the lock. Acquire it first, and release it once for each acquire.";
const options = (found: string) =>
  `cannot acquire the lock: the options are ${found}. Give an object such as { timeout: 1000 }.`;
const both =
  "cannot acquire the lock: blocking is false and there is a timeout too. Leave out one of the two.";
const range = (found: string) =>
  `cannot acquire the lock: timeout is ${found}. Give milliseconds from 0 to ${TIMEOUT_MAX} (TIMEOUT_MAX), or leave it out to wait for ever.`;
const body = (found: string) => `cannot run a section under the lock: the body is ${found}. Give a function.`;
const itself =
  "cannot acquire the lock: this thread holds it by acquire(), so this task may be the one that it would wait for. Use acquireAsync() or withAsync() for sections that await.";

const ROWS: Row[] = [
  ["release() of a free one", () => lock.release(), RuntimeError, "LOCK_NOT_OWNED", NOT_HELD],
  ["dispose of a free one", () => lock[Symbol.dispose](), RuntimeError, "LOCK_NOT_OWNED", NOT_HELD],
  ["acquire(5)", () => lock.acquire(wrong(5)), TypeError, "INVALID_OPTIONS", options("5")],
  ["acquire(null)", () => held.acquire(wrong(null)), TypeError, "INVALID_OPTIONS", options("null")],
  [
    "acquire({ blocking: 0 })",
    () => lock.acquire({ blocking: wrong(0) }),
    TypeError,
    "INVALID_OPTIONS",
    "cannot acquire the lock: blocking is 0. Give true or false.",
  ],
  [
    "acquire({ blocking: false, timeout: 0 })",
    () => lock.acquire({ blocking: false, timeout: 0 }),
    TypeError,
    "INVALID_OPTIONS",
    both,
  ],
  [
    "acquire({ blocking: false, timeout: 1 }) by its owner",
    () => held.acquire({ blocking: false, timeout: 1 }),
    TypeError,
    "INVALID_OPTIONS",
    both,
  ],
  [
    "acquire({ timeout: -1 }) by its owner",
    () => held.acquire({ timeout: -1 }),
    RangeError,
    "INVALID_TIMEOUT",
    range("-1"),
  ],
  [
    "acquireAsync({ timeout: NaN })",
    () => lock.acquireAsync({ timeout: Number.NaN }),
    RangeError,
    "INVALID_TIMEOUT",
    range("NaN"),
  ],
  ["acquireAsync(true)", () => lock.acquireAsync(wrong(true)), TypeError, "INVALID_OPTIONS", options("true")],
  [
    "acquireAsync({ signal: {} })",
    () => lock.acquireAsync({ signal: wrong({}) }),
    TypeError,
    "INVALID_SIGNAL",
    "cannot acquire the lock: signal is an object. Give an AbortSignal.",
  ],
  ["acquireAsync() by its thread", () => held.acquireAsync(), RuntimeError, "WOULD_DEADLOCK", itself],
  ["withAsync() by its thread", () => held.withAsync(() => {}), RuntimeError, "WOULD_DEADLOCK", itself],
  ["with(undefined)", () => lock.with(wrong(undefined)), TypeError, "INVALID_ARGUMENT", body("undefined")],
  ["withAsync({})", () => lock.withAsync(wrong({})), TypeError, "INVALID_ARGUMENT", body("an object")],
  [
    "with() of a body that released",
    () => lock.with(() => lock.release()),
    RuntimeError,
    "LOCK_NOT_OWNED",
    NOT_HELD,
  ],
  [
    "withAsync() of a body that released",
    () => lock.withAsync(() => lock.release()),
    RuntimeError,
    "LOCK_NOT_OWNED",
    NOT_HELD,
  ],
];

describe("wrong calls of an RLock", () => {
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

  test("recover() of one that is not broken is false and changes nothing", () => {
    assert.equal(lock.recover(), false);
    assert.equal(held.recover(), false);
    assert.equal(held.locked(), true);
  });
});

after(() => {
  assert.deepEqual(rlockWords(lock), PRISTINE_RLOCK, "a wrong call changed the lock");
  held.release();
  assert.deepEqual(rlockWords(held), PRISTINE_RLOCK, "a wrong call changed the held lock");
});
