import assert from "node:assert/strict";
import { test } from "node:test";
import { Queue, Thread, ThreadPoolExecutor } from "threadkit";
import { sold } from "./tax.ts";

test("a pool that nobody shuts down is left running, and modules are this file's own", async () => {
  const pool = new ThreadPoolExecutor(1);
  assert.equal(await pool.submit(() => sold.add(1)), 0);
  assert.equal(sold.value, 1);
});

test("a daemon that waits for ever is left running", async () => {
  const [never, ready] = [new Queue<number>(), new Queue<boolean>()];
  new Thread({
    target: () => {
      ready.put(true);
      never.get();
    },
    daemon: true,
  }).start();
  assert.equal(await ready.getAsync(), true);
});
