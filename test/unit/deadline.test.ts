/** The checks of timeouts, signals and options: each refusal is one sentence with one cause. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  checkOptions,
  checkSignal,
  checkTimeout,
  deadlineOf,
  TIMEOUT_MAX,
} from "../../src/parking/deadline.ts";
import { refuses } from "../harness/refuses.ts";

const NO_NUMBER = (found: string) =>
  `cannot wait: timeout is ${found}. Give a number of milliseconds, or leave it out to wait for ever.`;
const OUT_OF_RANGE = (found: string) =>
  `cannot wait: timeout is ${found}. Give milliseconds from 0 to 2147483647 (TIMEOUT_MAX), or leave it out to wait for ever.`;

describe("a timeout", () => {
  test("that is absent or Infinity has no limit", () => {
    assert.equal(checkTimeout(undefined, "wait"), Number.POSITIVE_INFINITY);
    assert.equal(checkTimeout(Number.POSITIVE_INFINITY, "wait"), Number.POSITIVE_INFINITY);
  });

  test("may be 0, a fraction, the longest timer", () => {
    for (const ms of [0, -0, 0.25, 1, TIMEOUT_MAX]) assert.equal(checkTimeout(ms, "wait"), ms);
    assert.equal(TIMEOUT_MAX, 2 ** 31 - 1);
  });

  for (const [value, found] of [
    [-1, "-1"],
    [-0.001, "-0.001"],
    [Number.NaN, "NaN"],
    [Number.NEGATIVE_INFINITY, "-Infinity"],
    [TIMEOUT_MAX + 1, "2147483648"],
    [Number.MAX_VALUE, "1.7976931348623157e+308"],
  ] as const) {
    test(`of ${found} is out of range`, () => {
      refuses(() => checkTimeout(value, "wait"), RangeError, "INVALID_TIMEOUT", OUT_OF_RANGE(found));
    });
  }

  for (const [value, found] of [
    ["10", '"10"'],
    [null, "null"],
    [10n, "10n"],
    [true, "true"],
    [{}, "an object"],
    [new Date(0), "an instance of Date"],
    [Symbol("x"), "Symbol(x)"],
    [() => 1, "a function"],
    [new Number(3), "an instance of Number"],
  ] as const) {
    test(`of ${found} is no number`, () => {
      refuses(() => checkTimeout(value, "wait"), TypeError, "INVALID_TIMEOUT", NO_NUMBER(found));
    });
  }
});

describe("a deadline", () => {
  test("is never for no limit, and now plus the timeout else", () => {
    assert.equal(deadlineOf(Number.POSITIVE_INFINITY), Number.POSITIVE_INFINITY);
    const before = performance.now();
    const deadline = deadlineOf(1000);
    assert.ok(deadline >= before + 1000 && deadline <= performance.now() + 1000);
  });
});

describe("a signal", () => {
  test("may be absent or an AbortSignal", () => {
    const { signal } = new AbortController();
    assert.equal(checkSignal(undefined, "wait"), undefined);
    assert.equal(checkSignal(signal, "wait"), signal);
  });

  for (const [value, found] of [
    [null, "null"],
    [{}, "an object"],
    [new AbortController(), "an instance of AbortController"],
    ["abort", '"abort"'],
  ] as const) {
    test(`of ${found} is refused`, () => {
      refuses(
        () => checkSignal(value, "wait"),
        TypeError,
        "INVALID_SIGNAL",
        `cannot wait: signal is ${found}. Give an AbortSignal.`,
      );
    });
  }
});

describe("the options", () => {
  test("may be absent or any object", () => {
    const options = { timeout: 3 };
    assert.deepEqual(checkOptions(undefined, "wait"), {});
    assert.equal(checkOptions(options, "wait"), options);
  });

  for (const [value, found] of [
    [null, "null"],
    [10, "10"],
    ["10", '"10"'],
    [true, "true"],
    [() => 1, "a function"],
  ] as const) {
    test(`of ${found} are refused`, () => {
      refuses(
        () => checkOptions(value, "wait"),
        TypeError,
        "INVALID_OPTIONS",
        `cannot wait: the options are ${found}. Give an object such as { timeout: 1000 }.`,
      );
    });
  }
});
