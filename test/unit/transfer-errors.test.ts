/** Errors keep what they are. */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isNativeError } from "node:util/types";
import vm from "node:vm";
import { CaptureError, RuntimeError, ThreadkitError } from "../../src/errors/errors.ts";
import { decode } from "../../src/transfer/decode.ts";
import { appendStack, encodeThrown, registerErrorClass } from "../../src/transfer/errors.ts";
import { adopt, builder, cross, lifterOf, options } from "./transfer-support.ts";

class Socket {
  port = 1;
}
class HttpError extends TypeError {
  status = 404;
  override name = "HttpError";
}

function thrown(value: unknown): Record<string, unknown> & Error {
  const { bytes, extras } = encodeThrown(value, options());
  return decode(bytes, { extras, adopt }) as never;
}

describe("errors", () => {
  for (const Class of [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError]) {
    it(`${Class.name} keeps class, message, stack and the engine's own mark`, () => {
      const error = new Class("m");
      const back = cross(error);
      assert.equal(Object.getPrototypeOf(back), Class.prototype);
      assert.ok(isNativeError(back));
      assert.equal(back.stack, error.stack);
      assert.deepStrictEqual(back, error);
      assert.deepEqual(
        Object.getOwnPropertyDescriptor(back, "message"),
        Object.getOwnPropertyDescriptor(error, "message"),
      );
    });
  }

  it("an error without a message has none of its own", () => {
    assert.ok(!Object.hasOwn(cross(new Error()), "message"));
  });

  it("fields, code and a deep cause arrive, with whether they are enumerable", () => {
    const cause = Object.assign(new RangeError("inner"), { code: "INNER", at: new Map([[1, 2]]) });
    const back = cross(Object.assign(new Error("outer", { cause }), { code: "OUTER" }));
    assert.deepStrictEqual(back.cause, cause);
    assert.equal(back.code, "OUTER");
    assert.equal(Object.getOwnPropertyDescriptor(back, "cause")!.enumerable, false);
    assert.deepEqual(Object.keys(back), ["code"]);
  });

  it("AggregateError keeps its errors", () => {
    const back = cross(new AggregateError([new TypeError("a"), 5], "all"));
    assert.ok(back instanceof AggregateError);
    assert.ok(back.errors[0] instanceof TypeError);
    assert.equal(back.errors[1], 5);
  });

  it("DOMException keeps name, message, code and stack", () => {
    const error = new DOMException("stop", "AbortError");
    const back = cross(error);
    assert.ok(back instanceof DOMException);
    assert.deepEqual(
      [back.name, back.message, back.code, back.stack],
      ["AbortError", "stop", 20, error.stack],
    );
  });

  it("an error that is its own cause crosses", () => {
    const error = new Error("loop");
    error.cause = error;
    const back = cross(error);
    assert.equal(back.cause, back);
  });

  it("this library's classes arrive as themselves", () => {
    const back = cross(new RuntimeError("LOCK_NOT_HELD", "cannot release a lock"));
    assert.ok(back instanceof RuntimeError && back instanceof ThreadkitError);
    assert.deepEqual([back.name, back.code], ["RuntimeError", "LOCK_NOT_HELD"]);
    class TaskError extends CaptureError {}
    registerErrorClass(TaskError);
    assert.ok(cross(new TaskError("x")) instanceof TaskError);
  });

  it("a class that cannot cross becomes the nearest built-in one with its name", () => {
    const back = cross(new HttpError("gone"));
    assert.equal(Object.getPrototypeOf(back), TypeError.prototype);
    assert.deepEqual([back.name, back.message, back.status], ["HttpError", "gone", 404]);
    class Named extends RangeError {
      override get name() {
        return "Named";
      }
    }
    assert.equal(cross(new Named("m")).name, "Named");
    assert.equal(String(cross(new Named("m"))), "Named: m");
  });

  it("a class crosses as code or by import when there is a lifter", () => {
    const text = "class HttpError extends TypeError { get known() { return true } }";
    const lifter = lifterOf(new Map([[HttpError, { unit: { text, isClass: true } }]]));
    const [a, b] = cross([new HttpError("a"), new HttpError("b")], { lifter }, builder);
    assert.equal((a as never as { known: boolean }).known, true);
    assert.equal(Object.getPrototypeOf(a), Object.getPrototypeOf(b));
    assert.deepEqual([a.name, a.status, a.message], ["HttpError", 404, "a"]);
  });

  it("a class whose captures cannot cross is replaced, with no trace of the attempt", () => {
    const plan = {
      unit: { text: "class {}", isClass: true, names: ["s"] },
      captures: () => [[1, new Socket()]],
    };
    const after = { x: 1 };
    const [error, x, y] = cross([new HttpError("a"), after, after], {
      lifter: lifterOf(new Map([[HttpError, plan]])),
    });
    assert.ok(error instanceof TypeError);
    assert.equal(x, y);
  });

  it("fields that cannot cross are described, and what surrounds them is kept", () => {
    const error = Object.assign(new Error("e"), {
      socket: new Socket(),
      deep: { ok: 1, list: [Promise.resolve(), 2] },
      fn: function go() {},
      symbol: Symbol("s"),
    });
    Object.defineProperty(error, "bad", { enumerable: true, get: () => assert.fail("no") });
    const back = cross({ error, same: error.deep });
    assert.equal(back.error.socket as unknown, "[cannot cross: an instance of Socket]");
    assert.deepStrictEqual(back.error.deep as unknown, {
      ok: 1,
      list: ["[cannot cross: an instance of Promise]", 2],
    });
    assert.equal(back.error.fn as unknown, "[cannot cross: function go]");
    assert.equal(back.error.symbol as unknown, "[cannot cross: Symbol(s)]");
    assert.equal(
      (back.error as never as { bad: string }).bad,
      "[cannot cross: an instance of AssertionError]",
    );
    assert.equal(back.same, back.error.deep);
  });

  it("fields that cannot be looked at do not stop an error", () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const trapped = new Proxy({}, { ownKeys: () => assert.fail("trap") });
    const back = cross(
      Object.assign(new Error("e"), { proxy, trapped, hollow: Object.create(Map.prototype) }),
    );
    assert.equal(back.proxy as unknown, "[cannot cross: an object that cannot be looked at]");
    assert.equal(back.hollow, "[cannot cross: an instance of Map]");
    assert.deepStrictEqual(back.trapped, {});
  });

  it("identity holds after a description", () => {
    const shared = { s: 1 };
    const back = cross([
      Object.assign(new Error("e"), { a: new Map([[shared, new Socket()]]), shared }),
      shared,
    ] as const);
    assert.equal(back[0].shared, back[1]);
    assert.equal([...back[0].a.keys()][0], back[1]);
  });

  it("a chain of 5,000 causes crosses as far as it can", () => {
    let error = new Error("first");
    for (let i = 0; i < 5000; i++) error = new Error(`e${i}`, { cause: error });
    let back: unknown = cross(error);
    let count = 0;
    for (; back instanceof Error; back = back.cause) count++;
    assert.ok(count >= 500, `${count}`);
    assert.equal(back, "[cannot cross: an instance of Error]");
  });

  it("errors of another context arrive as errors of this one", () => {
    const back = cross(vm.runInNewContext("Object.assign(new TypeError('far'), { code: 1 })"));
    assert.ok(back instanceof TypeError);
    assert.deepEqual([back.message, (back as { code?: unknown }).code], ["far", 1]);
    assert.ok(!Object.hasOwn(back, "name"));
  });
});

describe("thrown values", () => {
  it("that can cross arrive as they are", () => {
    assert.deepStrictEqual(thrown({ why: [1] }) as unknown, { why: [1] });
    assert.equal(thrown(undefined) as unknown, undefined);
    assert.equal(thrown(new TypeError("t")).message, "t");
  });

  it("that cannot become an error that says what was thrown and keeps its fields", () => {
    const back = thrown(Object.assign(new Socket(), { peer: new Socket(), name: "n" }));
    assert.equal(
      back.message,
      "cannot carry over what the thread threw: it is an instance of Socket. Throw an Error with the data as its fields.",
    );
    assert.deepEqual(
      [back.code, back.port, back.peer],
      ["THROWN_VALUE", 1, "[cannot cross: an instance of Socket]"],
    );
    assert.match(thrown(Symbol("s")).message, /it is Symbol\(s\)\./);
    assert.match(thrown(() => 1).message, /it is a function\./);
  });

  it("that cannot even be looked at become an error too", () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    assert.match(thrown(proxy).message, /an object that cannot be looked at/);
  });
});

describe("the asking side's stack", () => {
  it("is appended once, without its heading", () => {
    const error = new Error("e");
    const before = error.stack;
    appendStack(error, "Error: asked\n    at ask (a.ts:1:1)\n    at main (a.ts:2:2)");
    appendStack(error, "Error\n    at again (a.ts:1:1)");
    assert.equal(error.stack, `${before}\n    -- asked by --\n    at ask (a.ts:1:1)\n    at main (a.ts:2:2)`);
  });

  it("works on an error that crossed, and is silent for anything else", () => {
    const back = cross(new Error("e"));
    appendStack(back, "    at ask (a.ts:1:1)");
    assert.match(back.stack!, /-- asked by --\n {4}at ask/);
    for (const other of [null, 1, "s", {}, Object.freeze(new Error("f"))]) appendStack(other, "    at x");
  });
});
