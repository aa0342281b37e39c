/** Bun's bundler: what it builds for Node runs there, without the inspector. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { findBun } from "../harness/bun.ts";
import { entry, outFolder, runsRight } from "./expect.ts";

const { bun, missing } = findBun();
const out = outFolder();

describe("Bun", { skip: missing }, () => {
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
      const built = spawnSync(bun, [script], { encoding: "utf8", timeout: 60_000 });
      assert.equal(built.status, 0, built.stdout + built.stderr);
      await runsRight(path.join(outdir, "main.mjs"), { lines: false });
    });
});
