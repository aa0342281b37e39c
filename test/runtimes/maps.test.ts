/** A server that is built with source maps beside it: stacks of threads name the files and lines that were written. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, describe, test } from "node:test";
import { build } from "esbuild";
import threadkit from "threadkit/esbuild";
import { captured } from "../harness/child.ts";
import { installProject } from "../harness/project.ts";

describe("with --enable-source-maps, stacks and refusals name what was written", () => {
  const project = installProject("maps");
  after(() => project.remove());

  function placeOf(mark: string, file: string): string {
    const lines = readFileSync(path.join(project.folder, file), "utf8").split("\n");
    return `${file}:${lines.findIndex((line) => line.includes(`// ${mark}`)) + 1}:`;
  }

  const PLUGIN = { bundle: true, plugins: [threadkit()], external: ["threadkit"] };
  const BUNDLE = { bundle: true, external: ["threadkit"] };
  for (const [what, options] of [
    ["lifted code", { ...PLUGIN, format: "esm" }],
    ["lifted code in a minified CommonJS bundle", { ...PLUGIN, format: "cjs", minify: true }],
    ["a bundle without the plugin", { ...BUNDLE, format: "esm" }],
    ["a minified CommonJS bundle without the plugin", { ...BUNDLE, format: "cjs", minify: true }],
    ["files that were only compiled", { bundle: false, format: "cjs" }],
  ] as const)
    test(what, async () => {
      const ending = options.format === "cjs" ? ".cjs" : ".mjs";
      const outdir = path.join(project.folder, "dist", what);
      const sources = ["main.ts", "tax.ts"].map((file) => path.join(project.folder, file));
      await build({
        ...options,
        entryPoints: options.bundle ? sources.slice(0, 1) : sources,
        // `require("./tax")` finds it by that name only.
        outExtension: options.bundle ? { ".js": ending } : {},
        outdir,
        platform: "node",
        sourcemap: true,
        plugins: "plugins" in options ? [...options.plugins] : [],
        external: "external" in options ? [...options.external] : undefined,
      });
      const file = path.join("dist", what, `main${options.bundle ? ending : ".js"}`);
      const result = await project.node(file, { nodeArgs: ["--enable-source-maps"], timeout: 60_000 });
      assert.equal(result.code, 0, captured(result));
      const told = JSON.parse(result.stdout) as Record<string, string>;
      assert.ok(told.closure.includes(`/${placeOf("closure", "main.ts")}`), told.closure);
      assert.ok(told.module.includes(`/${placeOf("thrown in a module", "tax.ts")}`), told.module);
      assert.ok(told.nested.includes(`/${placeOf("nested", "main.ts")}`), told.nested);
      assert.ok(told.refused.includes(placeOf("refused", "main.ts")), told.refused);
      assert.ok(result.stderr.includes(`/${placeOf("thread", "main.ts")}`), result.stderr);
      assert.equal(told.hits, 0);
    });
});
