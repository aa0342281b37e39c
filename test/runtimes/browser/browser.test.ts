/** The library in Chromium: on a page, which awaits, and in threads, which block. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import type { Browser } from "puppeteer-core";
import { root } from "../../harness/child.ts";
import { until } from "../../harness/until.ts";
import { chromium, launch, open } from "./chromium.ts";
import { readModule } from "./modules.ts";
import { type Site, serve } from "./serve.ts";
import type { Result } from "./shims/test.ts";

const skip = chromium === undefined && "there is no Chromium here: apt-get install chromium";
const OWN = "test/runtimes/browser/pages/own.html";

/** Bytes that the library may have in a browser, minified, as served and as sent. */
const MOST = { plain: 225_000, gzipped: 81_000 };

test(`the library for browsers has at most ${MOST.gzipped / 1000} kB gzipped, and neither parser nor eval`, () => {
  const text = readFileSync(path.join(root, "dist/browser/core.js"));
  const sizes = { plain: text.length, gzipped: gzipSync(text).length };
  assert.ok(sizes.plain < MOST.plain && sizes.gzipped < MOST.gzipped, JSON.stringify(sizes));
  assert.ok(sizes.gzipped > MOST.gzipped * 0.9, `the limit can be lowered: ${JSON.stringify(sizes)}`);
  for (const banned of ["eval(", "new Function", "require(", "createObjectURL", "ecmaVersion"])
    assert.ok(!text.includes(banned), banned);
  const index = readFileSync(path.join(root, "dist/browser/index.js"), "utf8");
  assert.equal(index.match(/new Worker\(/g)?.length, 1);
});

/**
 * Test files that run as they are: in a thread, and on the page as far as they await. Not here: process and warnings,
 * which are about processes of Node. Not on the page: those of which little awaits (pool, rlock), queue, a half of which
 * blocks and takes 30 s to find out, and map, which measures memory while workers of its earlier tests begin and end.
 */
const SUITES: readonly (readonly [file: string, ...modes: ("thread" | "page")[]])[] = [
  ["lock", "thread", "page"],
  ["event", "thread", "page"],
  ["barrier", "thread"],
  ["semaphore", "thread", "page"],
  ["condition", "thread", "page"],
  ["rlock", "thread"],
  ["future", "thread"],
  ["pool", "thread"],
  ["queue", "thread"],
  ["priority-queue", "thread"],
  ["list", "thread"],
  ["map", "thread"],
  ["set", "thread", "page"],
  ["ref", "thread", "page"],
  ["shared-array", "thread"],
  ["struct", "thread"],
  ["local", "thread"],
  ["timer", "thread"],
  ["thread", "thread"],
];

describe("in Chromium", { skip }, () => {
  let browser: Browser;
  let site: Site;
  before(async () => {
    [browser, site] = await Promise.all([launch(), serve(readModule)]);
  });
  /** For scripts/runtime-table.mjs: what passed in a thread, by suite. */
  const counts: Record<string, { pass: number; fail: number; skip: number }> = {};
  after(async () => {
    await browser?.close();
    await site?.close();
    mkdirSync(path.join(root, ".tools/reports"), { recursive: true });
    writeFileSync(path.join(root, ".tools/reports/chromium.json"), `${JSON.stringify(counts, null, 2)}\n`);
  });

  /** What a check of pages/own.ts comes to, and what was said meanwhile. */
  async function check(name: string, headers = "isolated"): Promise<{ value: unknown; said: string }> {
    const { page, said } = await open(browser, site.url(headers, OWN));
    try {
      const value = await page.evaluate(`globalThis.checks[${JSON.stringify(name)}]()`);
      return { value, said: said.join("\n") };
    } finally {
      await page.close();
    }
  }

  test("threads count together under a Lock, and the page awaits them", async () => {
    assert.equal((await check("first")).value, 6000);
  });

  test("the page never blocks: what would names the call that awaits", async () => {
    const [lock, join, sleep, submit, completed, shutdown, map] = (await check("blocking")).value as string[];
    assert.match(
      lock,
      /^BlockingError BLOCKING_NOT_ALLOWED: cannot acquire the lock: .* Await acquireAsync\(\)/,
    );
    assert.match(join, /^BlockingError .* Await joinAsync\(\)/);
    assert.match(sleep, /^BlockingError .*: cannot sleep: .* Await sleepAsync\(\)/);
    assert.match(submit, /^BlockingError .*: cannot submit: .* Await submitAsync\(\)/);
    assert.match(completed, /^BlockingError .*: cannot iterate over futures: .* Await each with `for await`/);
    assert.match(
      shutdown,
      /^BlockingError .*: cannot wait for the shutdown of the pool: .* Await shutdownAsync\(\)/,
    );
    assert.match(map, /^BlockingError .*: cannot hand out the next result: .* Await each with `for await`/);
  });

  test("a function that no build tool has seen is refused", async () => {
    const { value } = await check("unlifted");
    assert.match(
      value as string,
      /^CaptureError CANNOT_CROSS: cannot send .*: it was not lifted at build time\. Add the plugin .* see docs\/browsers\.md/,
    );
  });

  test("terminate() ends a thread that waits at once, and breaks its locks", async () => {
    assert.deepEqual((await check("terminated")).value, { broken: true, quick: true });
  });

  test("terminate() ends a thread that never waits", async () => {
    assert.equal((await check("spinning")).value, "terminated");
  });

  test("a thread that calls close() ends, with an error that says so", async () => {
    assert.match(
      (await check("closed")).value as string,
      /^cannot go on with the thread: close\(\) was called in it/,
    );
  });

  test("errors reach the page and its hook: thrown, rejected, from a timer", async () => {
    const { heard, kind, cause, stack } = (await check("errors")).value as Record<string, unknown>;
    assert.deepEqual(heard, ["thrower: out of it", "rejecter: nobody listens", "timer: late"]);
    assert.equal(kind, true);
    assert.equal(cause, "a cause");
    assert.match(stack as string, /own\.ts\.slice\.js:\d+/);
  });

  test("an error keeps its class, if both sides have it from the same module", async () => {
    assert.equal((await check("classes")).value, 7);
  });

  test("threads start threads, and wait for them", async () => {
    assert.equal((await check("nested")).value, 16);
  });

  test("what a thread says to its console is heard although it blocks", async () => {
    const { page, said } = await open(browser, site.url("isolated", OWN));
    await page.evaluate("globalThis.checks.console()");
    await until(() => said.includes("said before it blocks"), "it is heard");
    await page.close();
  });

  test("a clean worker runs the next thread, one with a timer left does not", async () => {
    const { most, afterLeftovers } = (await check("reused")).value as {
      most: number;
      afterLeftovers: number;
    };
    assert.ok(most > 1, `no worker ran two threads (${most})`);
    assert.equal(afterLeftovers, 0);
  });

  test("shared and transferred memory goes to tasks and back, and into containers", async () => {
    const { shared, moved, doubled, first, second } = (await check("extras")).value as Record<
      string,
      unknown
    >;
    assert.deepEqual({ shared, moved, doubled }, { shared: [0, 0, 7, 0], moved: 0, doubled: [2, 4, 6] });
    assert.match(first as string, /MODULE_NOT_LOADED/);
    assert.equal(second, 7);
  });

  test("without the headers importing works, and the first use says which are needed", async () => {
    const { exports, lock, array } = (await check("plain", "plain")).value as Record<string, unknown>;
    assert.equal(exports, true);
    for (const said of [lock, array])
      assert.match(
        said as string,
        /^RuntimeError NOT_ISOLATED: .*Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp/,
      );
  });

  test("a strict Content-Security-Policy is enough: script-src 'self', worker-src 'self'", async () => {
    const { value, said } = await check("first", "csp");
    assert.equal(value, 6000);
    assert.doesNotMatch(said, /Content.Security.Policy/);
  });

  for (const [name, ...modes] of SUITES)
    for (const mode of modes)
      test(`test/conformance/${name} ${mode === "thread" ? "in a thread" : "on the page, which awaits"}`, async (t) => {
        const file = `test/conformance/${name}.test.ts`;
        const query = new URLSearchParams({ file, mode });
        const page = await browser.newPage();
        let results: Result[];
        let last = "none";
        page.on("console", (message) => {
          if (message.text().startsWith("begins: ")) last = message.text();
        });
        try {
          await page.goto(`${site.url("isolated", "test/runtimes/browser/pages/suite.html")}?${query}`);
          await page.waitForFunction("globalThis.results !== undefined");
          results = (await page.evaluate("globalThis.results")) as Result[];
        } catch (error) {
          throw new Error(`the suite did not end, the last test ${last}`, { cause: error });
        } finally {
          await page.close();
        }
        const failed: string[] = [];
        let skipped = 0;
        for (const { name, error, skipped: why } of results) {
          if (why !== undefined) skipped++;
          else if (error !== undefined) failed.push(`${name}\n${error}`);
        }
        if (mode === "thread")
          counts[name] = {
            pass: results.length - skipped - failed.length,
            fail: failed.length,
            skip: skipped,
          };
        t.diagnostic(`${results.length - skipped - failed.length} passed, ${skipped} do not apply`);
        assert.equal(failed.length, 0, failed.join("\n\n"));
        assert.ok(results.length - skipped > 5, "hardly any test applied");
      });

  test("a worker that may not be loaded ends its thread, and the console says why", async () => {
    const { value, said } = await check("unloadable", "no-workers");
    assert.match(
      value as string,
      /^cannot run .* before it could run anything\. Look at what workers load first/,
    );
    assert.match(said, /could not load the script of a worker .* Content-Security-Policy/);
  });
});
