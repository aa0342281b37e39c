/** The checker of histories itself: it must find what is wrong, or the tests that use it say nothing. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { linearize, type Model, mustLinearize, type Operation } from "../harness/linearizable.ts";

type Call = { set: number } | "get";

const register: Model<number, Call, number | null> = {
  initial: 0,
  apply: (state, call) => (call === "get" ? { state, result: state } : { state: call.set, result: null }),
};

function history(...rows: [call: Call, called: number, returned: number, result?: number | null][]) {
  return rows.map(
    ([call, called, returned, result]): Operation<Call, number | null> => ({
      call,
      called,
      returned,
      result,
    }),
  );
}

describe("a history", () => {
  test("without overlap is linearizable if each result is the model's", () => {
    assert.ok(linearize(history([{ set: 1 }, 1, 2, null], ["get", 3, 4, 1]), register));
    assert.equal(linearize(history([{ set: 1 }, 1, 2, null], ["get", 3, 4, 0]), register), undefined);
  });

  test("with overlap may have either order", () => {
    for (const seen of [0, 1]) {
      const found = linearize(history([{ set: 1 }, 1, 4, null], ["get", 2, 3, seen]), register);
      assert.equal(found?.length, 2, String(seen));
    }
  });

  test("is refused if a value comes back that was seen to be gone", () => {
    const stale = history([{ set: 1 }, 1, 8, null], ["get", 2, 3, 1], ["get", 4, 5, 0]);
    assert.equal(linearize(stale, register), undefined);
  });

  test("is refused if two readers see two writes in different orders", () => {
    const split = history(
      [{ set: 1 }, 1, 20, null],
      [{ set: 2 }, 2, 21, null],
      ["get", 3, 4, 1],
      ["get", 5, 6, 2],
      ["get", 7, 8, 1],
    );
    assert.equal(linearize(split, register), undefined);
  });

  test("may have a call that never returned, done or not", () => {
    const never = Number.POSITIVE_INFINITY;
    for (const seen of [0, 1])
      assert.ok(linearize(history([{ set: 1 }, 1, never], ["get", 2, 3, seen]), register));
    assert.equal(linearize(history([{ set: 1 }, 1, never], ["get", 2, 3, 2]), register), undefined);
    assert.equal(
      linearize(history(["get", 2, 3, 1], [{ set: 1 }, 4, never]), register),
      undefined,
      "not yet called",
    );
  });

  test("that nothing explains is shown", () => {
    assert.throws(
      () => mustLinearize(history(["get", 1, 2, 7]), register, "seed 5"),
      /seed 5[\s\S]*"get" → 7/,
    );
  });
});
