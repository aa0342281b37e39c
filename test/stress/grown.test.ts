/**
 * Memory that other threads have added: a thread that goes by words of theirs sees them. Views are kept short, so what
 * takes luck elsewhere is certain here.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { captured, runScript } from "../harness/child.ts";

const env = { THREADKIT_SHORT_VIEWS: "1" };

describe("in memory that another thread has added", () => {
  test("a worker puts its task behind the last one of a pool", async () => {
    const result = await runScript(
      `
      import { sleep, ThreadPoolExecutor } from "threadkit";
      const pool = new ThreadPoolExecutor({ maxWorkers: 2 });
      const nap = (ms: number) => { sleep(ms); return ms; };
      const noop = () => 1;
      await Promise.all([pool.submit(nap, 300), pool.submit(nap, 300)]);
      // One worker sorts all of these, the other has seen none of their memory.
      const [, second] = [pool.submit(nap, 300), pool.submit(nap, 1500)];
      const recycled = pool.submit(noop);
      pool.submit(nap, 2500);
      const many = Array.from({ length: 6000 }, () => pool.submit(noop));
      await recycled;
      await new Promise((resolve) => setTimeout(resolve, 100));
      const last = pool.submit(noop);
      await second;
      await many[many.length - 1].resultAsync({ timeout: 15_000 });
      console.log(await last.resultAsync({ timeout: 10_000 }), pool.metrics.queued);
      process.exit();
    `,
      { env },
    );
    assert.equal(result.stdout, "1 0\n", captured(result));
  });

  test("a thread drops a value that holds many shared objects, and that it never opened", async () => {
    const result = await runScript(
      `
      import { Event, SharedInt32, SharedRef, Thread } from "threadkit";
      const ref = new SharedRef<unknown>(0);
      const [go, up] = [new Event(), new Event()];
      const dropper = new Thread({ target: () => { up.set(); go.wait(); ref.set(1); } }).start();
      up.wait();
      ref.set(Array.from({ length: 40_000 }, () => new SharedInt32(0)));
      go.set();
      dropper.join();
      const fresh = new Thread({ target: () => {}, resourceLimits: { maxOldGenerationSizeMb: 64 } }).start();
      console.log(await fresh.joinAsync({ timeout: 10_000 }), dropper.exception, fresh.exception);
    `,
      { env },
    );
    assert.equal(result.stdout, "true undefined undefined\n", captured(result));
  });
});
