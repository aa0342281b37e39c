/** Outcomes that the thread which asks for them can't read. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import "../harness/watchdog.ts";
import { type Future, ThreadPoolExecutor, waitAsync } from "threadkit";
import { LONG } from "../harness/delays.ts";
import { until } from "../harness/until.ts";

const url = new URL("../fixtures/futures/answer.mjs", import.meta.url).href;
const giveAnswer = async (url: string) => ((await import(url)) as { answer: () => number }).answer;
const notForMain = { message: "not for main" };

describe("a result whose module can't be loaded here", () => {
  for (const [name, ask] of [
    ["await", async (future: Future<unknown>) => await future],
    ["resultAsync", (future: Future<unknown>) => future.resultAsync({ timeout: LONG })],
  ] as const)
    test(`rejects with the module's error: ${name}`, async () => {
      using pool = new ThreadPoolExecutor(1);
      await assert.rejects(ask(pool.submit(giveAnswer, url)), notForMain);
    });

  test("counts as done for those who wait, and is told to callbacks", async () => {
    using pool = new ThreadPoolExecutor(1);
    const future = pool.submit(giveAnswer, url);
    const told = new Promise((resolve) => future.addDoneCallback(() => resolve(future.done())));
    assert.equal((await waitAsync([future], { timeout: LONG })).done.size, 1);
    assert.equal(await told, true);
    await assert.rejects(future.resultAsync(), notForMain);
  });
});

describe("a result that throws as it is built here", () => {
  test("rejects what `then` returns, however late it is asked", async () => {
    (globalThis as { isMain?: boolean }).isMain = true;
    using pool = new ThreadPoolExecutor(1);
    const future = pool.submit(
      () =>
        class {
          static {
            if ((globalThis as { isMain?: boolean }).isMain) throw new Error("not for main");
          }
        } as unknown,
    );
    await until(() => future.done(), "it is done");
    assert.throws(() => future.result(), notForMain);
    const promise = future.then(() => {});
    await assert.rejects(promise, notForMain);
    await assert.rejects(async () => await future, notForMain);
  });
});
