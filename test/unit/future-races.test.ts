/** What another thread does to a future between two steps of a call, at the worst moment. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { looks } from "../harness/looks.ts";
import "../harness/watchdog.ts";

const { compareExchange } = Atomics;
/** Has `act` run once, behind look number `count` from now on. */
function afterLook(count: number, act: () => void): void {
  looks.after = () => {
    if (--count > 0) return;
    looks.after = undefined;
    act();
  };
}

const { Future } = await import("../../src/futures/future.ts");
const { kAt } = await import("../../src/memory/handle.ts");
const arena = await import("../../src/memory/arena.ts");
const { CANCELLED, F_STATE, PENDING, RUNNING } = await import("../../src/futures/words.ts");

/** Another thread moves a future that nobody has begun to another state. */
function other(future: object, state: number): () => void {
  const at = (future as Record<symbol, number>)[kAt];
  return () => void compareExchange(arena.words, at + F_STATE, PENDING, state);
}

describe("a future that another thread", () => {
  test("sets running while it is settled gets that outcome", () => {
    const future = new Future<number>();
    assert.equal(future.done(), false);
    // `setResult` looks whether it is done, then whether it runs, then whether nobody has begun.
    afterLook(2, other(future, RUNNING));
    future.setResult(1);
    assert.equal(future.result(), 1);
  });

  test("cancels while it is cancelled is cancelled for both", () => {
    const future = new Future<number>();
    afterLook(1, other(future, CANCELLED));
    assert.equal(future.cancel(), true);
  });
});
