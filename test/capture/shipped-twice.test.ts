/** A function that a worker has got by itself before it gets one that contains it: each is known by its own text. */
import assert from "node:assert/strict";
import { test } from "node:test";
import "../harness/watchdog.ts";
import { ThreadPoolExecutor } from "threadkit";

test("a function is shipped again from a worker that knows it by itself and as a part of another", async () => {
  using inner = new ThreadPoolExecutor(1);
  using pool = new ThreadPoolExecutor(1);
  const outer = (inner: ThreadPoolExecutor, pool: ThreadPoolExecutor, itself: boolean): number => {
    const one = () => 1;
    const two = () => 2;
    // Into the pool's own worker first, then to another one.
    const known = pool.submit(itself ? one : two).result();
    return known * 100 + inner.submit(one).result() * 10 + inner.submit(two).result();
  };
  assert.equal(await pool.submit(outer, inner, pool, true), 112);
  assert.equal(await pool.submit(outer, inner, pool, false), 212);
  // Now `one` and `two` are known there by themselves, and `outer` comes once more as a text of its own.
  const again = (inner: ThreadPoolExecutor, pool: ThreadPoolExecutor) => {
    const deep = () => 4;
    const part = () => pool.submit(deep).result() + inner.submit(() => 8).result();
    return pool.submit(part).result() + part();
  };
  for (let i = 0; i < 3; i++) assert.equal(await pool.submit(again, inner, pool), 24);
  assert.equal(await inner.submit(again, pool, inner), 24);
});
