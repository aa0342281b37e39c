/** Chromium without a window, as Debian packages it. */
import { existsSync } from "node:fs";
import puppeteer, { type Browser, type Page } from "puppeteer-core";

const PLACES = [
  process.env.CHROMIUM,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];

/** The binary; undefined: there is none, and tests that need it are skipped. */
export const chromium: string | undefined = PLACES.find((file) => file !== undefined && existsSync(file));

export function launch(): Promise<Browser> {
  return puppeteer.launch({
    executablePath: chromium,
    headless: true,
    // Containers run as root, and have little in /dev/shm.
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });
}

export interface Opened {
  readonly page: Page;
  /** All that the console of the page and of its threads said. */
  readonly said: string[];
}

/** Opens an address and waits until the page has set `globalThis.ready`, which may be a promise. */
export async function open(browser: Browser, url: string): Promise<Opened> {
  const page = await browser.newPage();
  const said: string[] = [];
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(`page error: ${(error as Error).stack ?? error}`));
  await page.goto(url);
  try {
    await page.waitForFunction("globalThis.ready !== undefined", { timeout: 15_000 });
    await page.evaluate("globalThis.ready");
  } catch (error) {
    throw new Error(`${url} did not become ready: ${(error as Error).message}\n${said.join("\n")}`);
  }
  return { page, said };
}
