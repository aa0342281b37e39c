/** Rollup: what it builds runs in Node, without the inspector. */
import path from "node:path";
import { describe, test } from "node:test";
import { transform } from "esbuild";
import { rollup } from "rollup";
import threadkit from "threadkit/rollup";
import { root } from "../harness/child.ts";
import { outFolder, runsRight } from "./expect.ts";

const out = outFolder();

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
      });
      const dir = path.join(out, format);
      await bundle.write({
        dir,
        format,
        sourcemap: true,
        entryFileNames: `[name].${end}`,
        chunkFileNames: `[name]-[hash].${end}`,
      });
      await runsRight(path.join(dir, `main.${end}`));
    });
});
