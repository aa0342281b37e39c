/** esbuild: what it builds runs in Node, without the inspector. */
import path from "node:path";
import { describe, test } from "node:test";
import { build } from "esbuild";
import threadkit from "threadkit/esbuild";
import { entry, outFolder, runsRight } from "./expect.ts";

const out = outFolder();

describe("esbuild", () => {
  for (const { what, file, ...options } of [
    { what: "modules", file: "main.mjs", format: "esm", splitting: true, outExtension: { ".js": ".mjs" } },
    { what: "CommonJS", file: "main.cjs", format: "cjs", outExtension: { ".js": ".cjs" } },
    {
      what: "minified",
      file: "sub/main.mjs",
      format: "esm",
      minify: true,
      entryNames: "sub/[name]",
      outExtension: { ".js": ".mjs" },
    },
    {
      what: "assets in a folder",
      file: "main.mjs",
      format: "esm",
      assetNames: "assets/[name]-[hash]",
      outExtension: { ".js": ".mjs" },
    },
  ] as const)
    test(`builds threads: ${what}`, async () => {
      const outdir = path.join(out, what);
      await build({
        ...options,
        ...{
          entryPoints: [entry],
          outdir,
          bundle: true,
          platform: "node",
          sourcemap: true,
          plugins: [threadkit()],
        },
      });
      await runsRight(path.join(outdir, file));
    });
});
