/** Vite's server at development in a real browser: after an edit, the next task runs the new code. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "puppeteer-core";
import { createServer, type ViteDevServer } from "vite";
import { installProject } from "../../harness/project.ts";
import { chromium, launch } from "./chromium.ts";

const skip = chromium === undefined && "there is no Chromium here: apt-get install chromium";

describe("after an edit, with Vite's server, a page", { skip }, () => {
  const project = installProject("hmr");
  let browser: Browser;
  let server: ViteDevServer;
  let page: Page;
  const said: string[] = [];

  before(async () => {
    server = await createServer({
      root: project.folder,
      configFile: path.join(project.folder, "vite.config.js"),
      logLevel: "error",
      server: { port: 0, host: "localhost" },
    });
    [browser] = await Promise.all([launch(), server.listen()]);
    page = await browser.newPage();
    page.on("console", (message) => said.push(message.text()));
    page.on("pageerror", (error) => said.push(String(error)));
    await page.goto(server.resolvedUrls!.local[0]);
  });
  after(async () => {
    await browser?.close();
    await server?.close();
    project.remove();
  });

  function edit(file: string, from: string, to: string): void {
    const at = path.join(project.folder, file);
    const text = readFileSync(at, "utf8");
    assert.ok(text.includes(from));
    writeFileSync(at, text.replace(from, to));
  }

  /** What is shown: how often the page was loaded, and what a thread computed. */
  async function shows(id: string, text: string): Promise<void> {
    const wanted = `document.getElementById("${id}")?.textContent === ${JSON.stringify(text)}`;
    try {
      await page.waitForFunction(wanted, { timeout: 20_000 });
    } catch {
      const now = await page.evaluate(`document.getElementById("${id}")?.textContent`);
      throw new Error(`it shows "${now}", and not "${text}":\n${said.join("\n")}`);
    }
  }

  test("has shown what threads computed", async () => {
    await shows("accepted", "1: first 20");
    await shows("plain", "1: old threads");
  });

  test("that accepts the edited module shows the new value, without a new page", async () => {
    edit("accepted.ts", '"first"', '"second"');
    await shows("accepted", "1: second 20");
  });

  test("does so for a module that the thread's code imports", async () => {
    edit("rate.ts", "price * 2", "price * 3");
    await shows("accepted", "1: second 30");
    await shows("plain", "1: old threads");
  });

  test("that accepts nothing of it is loaded anew, as Vite does with any module", async () => {
    edit("plain.ts", "`old", "`new");
    await shows("plain", "2: new threads");
    await shows("accepted", "2: second 30");
  });
});
