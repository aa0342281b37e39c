/** Values in messages. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { describe } from "../../src/errors/errors.ts";

test("a value is described as what it is", () => {
  class Point {}
  const long = "x".repeat(50);
  for (const [value, text] of [
    [null, "null"],
    [undefined, "undefined"],
    ["a", '"a"'],
    [long, `"${long.slice(0, 40)}…"`],
    [1n, "1n"],
    [Symbol("s"), "Symbol(s)"],
    [{}, "an object"],
    [Object.create(null), "an object"],
    [[], "an instance of Array"],
    [new Point(), "an instance of Point"],
    [Point, "function Point"],
    [() => {}, "a function"],
  ] as const)
    assert.equal(describe(value), text);
});

test("a value that fails when it is looked at is described all the same", () => {
  const fail = () => {
    throw new Error("looked at");
  };
  const traps = { get: fail, getPrototypeOf: fail, getOwnPropertyDescriptor: fail };
  assert.equal(describe(new Proxy({}, traps)), "an object that cannot be looked at");
  assert.equal(describe(new Proxy(() => {}, traps)), "a function");
  assert.equal(
    describe(
      Object.create({
        get constructor() {
          return fail();
        },
      }),
    ),
    "an object that cannot be looked at",
  );
});

test("a name that is no text is no name", () => {
  class Odd {
    static name() {}
  }
  assert.equal(describe(Odd), "a function");
  assert.equal(describe(new Odd()), "an object");
});
