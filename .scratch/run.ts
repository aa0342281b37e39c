import { launch } from "../test/runtimes/browser/chromium.ts";
import { readModule } from "../test/runtimes/browser/modules.ts";
import { serve } from "../test/runtimes/browser/serve.ts";
const [name, mode = "thread", only = ""] = process.argv.slice(2);
const [browser, site] = await Promise.all([launch(), serve(readModule)]);
const page = await browser.newPage();
page.on("console", (m) => console.log("[console]", m.text().slice(0, 600)));
page.on("response", (r) => { if (r.status() >= 400) console.log("[404]", r.url()); });
browser.on("targetcreated", async (t) => { try { const s = await t.createCDPSession(); await s.send("Network.enable"); s.on("Network.responseReceived", (e) => { if (e.response.status >= 400) console.log("[404]", e.response.url); }); } catch {} });
page.on("pageerror", (e) => console.log("[pageerror]", String((e as Error).stack ?? e).slice(0, 600)));
const began = Date.now();
try {
  const query = new URLSearchParams({ file: name.includes("/") ? name : `test/conformance/${name}.test.ts`, mode, only });
  await page.goto(`${site.url("isolated", "test/runtimes/browser/pages/suite.html")}?${query}`);
  await page.waitForFunction("globalThis.results !== undefined");
  const results = (await page.evaluate("globalThis.results")) as any[];
  let ok = 0, skip = 0, bad = 0;
  for (const r of results) {
    if (r.skipped !== undefined) { skip++; console.log(`- ${r.name}: ${r.skipped}`); }
    else if (r.error) { bad++; console.log(`FAIL (${r.ms}) ${r.name}\n    ${r.error.slice(0, 1200).replaceAll("\n", "\n    ")}`); }
    else ok++;
  }
  console.log([...results].sort((a, b) => b.ms - a.ms).slice(0, 12).map((r) => `${Math.round(r.ms)} ${r.name}`).join("\n"));
  console.log(`${name} ${mode}: ${ok} ok, ${bad} failed, ${skip} skipped, ${Date.now() - began} ms`);
} catch (e) { console.log("ERROR", (e as Error).stack?.slice(0, 1500)); }
await browser.close(); await site.close(); process.exit(0);
