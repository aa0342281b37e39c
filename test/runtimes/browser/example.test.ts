/** examples/browser as its users have it: built by Vite with the plugin, under a strict policy. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "puppeteer-core";
import { build } from "vite";
import { root } from "../../harness/child.ts";
import { chromium, launch } from "./chromium.ts";
import { type Site, serve } from "./serve.ts";

const skip = chromium === undefined && "there is no Chromium here: apt-get install chromium";

describe("the Mandelbrot explorer in Chromium", { skip }, () => {
  const out = mkdtempSync(path.join(tmpdir(), "threadkit-example-"));
  let browser: Browser;
  let site: Site;
  let page: Page;
  const said: string[] = [];

  before(async () => {
    await build({
      root: path.join(root, "examples/browser"),
      logLevel: "error",
      build: { outDir: out, emptyOutDir: true },
    });
    site = await serve((file) => {
      const at = path.join(out, file);
      return statSync(at, { throwIfNoEntry: false })?.isFile() ? readFileSync(at) : undefined;
    });
    browser = await launch();
    page = await browser.newPage();
    page.on("console", (message) => said.push(message.text()));
    page.on("pageerror", (error) => said.push(String(error)));
    await page.goto(site.url("csp", "index.html"));
  });
  after(async () => {
    await browser?.close();
    await site?.close();
    rmSync(out, { recursive: true, force: true });
  });

  const drawn = async (picture: number) => {
    try {
      await page.waitForFunction(`document.body.dataset.drawn === "${picture}"`, { timeout: 60_000 });
    } catch {
      throw new Error(`picture ${picture} was not drawn:\n${said.join("\n")}`);
    }
  };
  /** How many different colours a grid of its points has, and a digest of them. */
  const look = () =>
    page.evaluate(`(() => {
      const canvas = document.querySelector("canvas");
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      const words = new Uint32Array(data.buffer);
      let digest = 0;
      for (const word of words) digest = (Math.imul(digest, 31) + word) | 0;
      return { colours: new Set(words).size, blank: words.filter((word) => word === 0).length, digest };
    })()`) as Promise<{ colours: number; blank: number; digest: number }>;

  let first: Awaited<ReturnType<typeof look>>;

  test("draws every point, in many colours", async () => {
    await drawn(1);
    first = await look();
    assert.equal(first.blank, 0);
    assert.ok(first.colours > 100, `${first.colours} colours`);
  });

  test("draws the same with one thread as with four", async () => {
    await page.evaluate(`(() => {
      const slider = document.forms[0].elements.threads;
      slider.value = "1";
      slider.dispatchEvent(new Event("input"));
    })()`);
    await drawn(2);
    assert.deepEqual(await look(), first);
    assert.match(
      await page.$eval("form > output", (output) => (output as { value?: string }).value ?? ""),
      /^1 thread, \d+ ms$/,
    );
  });

  test("zooms in where it is clicked, and out again", async () => {
    await page.mouse.click(300, 200);
    await drawn(3);
    assert.notEqual((await look()).digest, first.digest);
    await page.click("button");
    await drawn(4);
    assert.deepEqual(await look(), first);
    // Chromium has advice for those who read a canvas, as this test does.
    assert.deepEqual(
      said.filter((text) => !text.startsWith("Canvas2D:")),
      [],
    );
  });
});
