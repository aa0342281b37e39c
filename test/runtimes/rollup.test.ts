/** Rollup: what it builds runs in Node, without the inspector. */
import { mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import { after, describe, test } from "node:test";
import { transform } from "esbuild";
import { rollup } from "rollup";
import threadkit from "threadkit/rollup";
import { root } from "../harness/child.ts";
import { runsRight } from "./expect.ts";

const out = mkdtempSync(path.join(root, ".tools", "tmp-rollup-"));
after(() => rmSync(out, { recursive: true }));

/** In the place of any plugin for TypeScript. */
const typescript = {
  name: "typescript",
  async transform(code: string, id: string) {
    return await transform(code, { loader: "ts", sourcemap: true, sourcefile: id, target: "es2022" });
  },
};

describe("Rollup", () => {
  for (const [format, end] of [
    ["es", "mjs"],
    ["cjs", "cjs"],
  ] as const)
    test(`builds threads (${format})`, async () => {
      const bundle = await rollup({
        input: path.join(root, "test/runtimes/app/main.ts"),
        plugins: [threadkit(), typescript],
        ...(format === "cjs" && { input: path.join(root, "test/runtimes/app/start.ts") }),
      });
      const dir = path.join(out, format);
      await bundle.write({ dir, format, sourcemap: true, entryFileNames: `[name].${end}`, chunkFileNames: `[name]-[hash].${end}` });
      await runsRight(path.join(dir, `${format === "cjs" ? "start" : "main"}.${end}`));
    });
});
