/** Rolldown: what it builds of TypeScript runs in Node, without the inspector, also minified. */
import path from "node:path";
import { describe, test } from "node:test";
import { rolldown } from "rolldown";
import threadkit from "threadkit/rolldown";
import { entry, outFolder, runsRight } from "./expect.ts";

const out = outFolder();

describe("Rolldown", () => {
  for (const minify of [false, true])
    test(`builds threads${minify ? ", minified" : ""}`, async () => {
      const bundle = await rolldown({ input: entry, platform: "node", plugins: [threadkit()] });
      const dir = path.join(out, String(minify));
      await bundle.write({
        dir,
        minify,
        sourcemap: true,
        entryFileNames: "[name].mjs",
        chunkFileNames: "[name]-[hash].mjs",
      });
      await runsRight(path.join(dir, "main.mjs"));
    });
});
