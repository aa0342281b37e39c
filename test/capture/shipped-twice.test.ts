/** A function that a worker has got by itself before it gets one that contains it: each is known by its own text. */
import assert from "node:assert/strict";
import { test } from "node:test";
import "../harness/watchdog.ts";
import { ThreadPoolExecutor } from "threadkit";

test("a function is shipped again from a worker that knows it by itself and as a part of another", async () => {
  using first = new ThreadPoolExecutor(1);
  using second = new ThreadPoolExecutor(1);
  const outer = (to: ThreadPoolExecutor): number => {
    const one = () => 1;
    const two = () => 2;
    return to.submit(one).result() * 10 + to.submit(two).result();
  };
  // The worker of `second` gets `one` and `two` by themselves, then `outer` with both of them.
  assert.equal(await first.submit(outer, second), 12);
  assert.equal(await second.submit(outer, first), 12);
  assert.equal(await first.submit(outer, second), 12);
});
