/** Vite: builds for servers, the headers, and what its server hands out at development. */
import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, describe, test } from "node:test";
import threadkit from "threadkit/vite";
import { build, createServer, type ViteDevServer } from "vite";
import { entry, outFolder, runsRight } from "./expect.ts";

const out = outFolder();
const quiet = { configFile: false, logLevel: "error", clearScreen: false } as const;

describe("Vite builds", () => {
  for (const minify of [false, true])
    test(`threads of a server${minify ? ", minified" : ""}`, async () => {
      const outDir = path.join(out, `ssr-${minify}`);
      await build({
        ...quiet,
        root: path.dirname(entry),
        plugins: [threadkit()],
        build: { ssr: entry, outDir, minify, sourcemap: true, emptyOutDir: true },
      });
      await runsRight(path.join(outDir, "main.js"));
    });
});

describe("Vite's server", () => {
  const root = path.join(out, "dev");
  cpSync(path.dirname(entry), root, { recursive: true });
  let server: ViteDevServer;
  after(() => server.close());

  /** What a browser gets for an address. */
  async function ask(url: string): Promise<string> {
    const result = await server.environments.client.transformRequest(url);
    assert.ok(result, `nothing at ${url}`);
    return result.code;
  }
  const sliceIn = (code: string) => `/main.ts?threadkit-slice=${/threadkit-slice=(\w+)/.exec(code)?.[1]}`;

  test("hands out a module and its slice, which import the same", async () => {
    server = await createServer({
      ...quiet,
      root,
      plugins: [threadkit()],
      server: { middlewareMode: true, ws: false },
    });
    const main = await ask("/main.ts");
    assert.match(main, /url:import\.meta\.url\.replace/);
    const slice = await ask(sliceIn(main));
    assert.match(slice, /export const u0\s*=/);
    assert.match(slice, /from ?"\/jobs\.ts"/);
  });

  test("sends the headers that shared memory needs", () => {
    const { headers } = server.config.server;
    assert.equal(headers["Cross-Origin-Opener-Policy"], "same-origin");
    assert.equal(headers["Cross-Origin-Embedder-Policy"], "require-corp");
    assert.equal(server.config.preview.headers["Cross-Origin-Opener-Policy"], "same-origin");
  });

  test("hands out the edited code", async () => {
    const before = sliceIn(await ask("/main.ts"));
    const file = path.join(root, "main.ts");
    writeFileSync(file, readFileSync(file, "utf8").replace('new Error("where")', 'new Error("elsewhere")'));
    server.environments.client.moduleGraph.onFileChange(file);
    const after = sliceIn(await ask("/main.ts"));
    assert.notEqual(after, before);
    assert.match(await ask(after), /elsewhere/);
  });

  test("leaves the server's code to Node", async () => {
    const { code } = (await server.environments.ssr.transformRequest("/main.ts"))!;
    assert.doesNotMatch(code, /threadkit-slice/);
  });
});
