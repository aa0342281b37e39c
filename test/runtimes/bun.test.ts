/** Bun's bundler: what it builds for Node runs there, without the inspector. Needs `bun` (`npm install --no-save bun`). */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { root } from "../harness/child.ts";
import { entry, outFolder, runsRight } from "./expect.ts";

const candidates = [process.env.THREADKIT_BUN ?? "", path.join(root, "node_modules/bun/bin/bun.exe")];
const bun = candidates.find((file) => file !== "" && existsSync(file));
const out = outFolder();

describe("Bun", { skip: bun === undefined && "no bun" }, () => {
  for (const minify of [false, true])
    test(`builds threads${minify ? ", minified" : ""}`, async () => {
      const outdir = path.join(out, String(minify));
      const script = path.join(out, "build.mjs");
      const settings = {
        entrypoints: [entry],
        outdir,
        minify,
        target: "node",
        naming: "[name].mjs",
        sourcemap: "linked",
      };
      writeFileSync(
        script,
        `import threadkit from "threadkit/bun";
         await Bun.build({ ...${JSON.stringify(settings)}, plugins: [threadkit()] });`,
      );
      const built = spawnSync(bun!, [script], { encoding: "utf8", timeout: 60_000 });
      assert.equal(built.status, 0, built.stdout + built.stderr);
      await runsRight(path.join(outdir, "main.mjs"), { lines: false });
    });
});
