/** What can't go to a thread, and goes there for certain, fails the build, with its place. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import * as esbuild from "esbuild";
import { rolldown } from "rolldown";
import { rollup } from "rollup";
import ofEsbuild from "threadkit/esbuild";
import ofRolldown from "threadkit/rolldown";
import ofRollup from "threadkit/rollup";
import ofVite from "threadkit/vite";
import ofWebpack from "threadkit/webpack";
import { build } from "vite";
import webpack from "webpack";
import { outFolder, webpackLike } from "./expect.ts";

const out = outFolder();
mkdirSync(path.join(out, "src"));
const input = path.join(out, "src", "main.ts");
writeFileSync(
  input,
  `import { Thread } from "threadkit";
interface Longer { than: "its JavaScript" }
let count = 0;
const bump = (_: Longer) => { count++; };
new Thread({ target: () => bump({ than: "its JavaScript" }) }).start();
`,
);

const builds: Record<string, () => Promise<unknown>> = {
  async rollup() {
    const strip = {
      name: "strip",
      transform: (code: string) => esbuild.transform(code, { loader: "ts", sourcemap: true }),
    };
    await rollup({ input, plugins: [ofRollup(), strip] });
  },
  async rolldown() {
    const bundle = await rolldown({ input, plugins: [ofRolldown()], logLevel: "silent" });
    await bundle.generate();
  },
  vite: () =>
    build({
      root: out,
      configFile: false,
      logLevel: "silent",
      plugins: [ofVite()],
      build: { ssr: input, write: false },
    }),
  esbuild: () =>
    esbuild.build({
      entryPoints: [input],
      bundle: true,
      write: false,
      outdir: out,
      logLevel: "silent",
      platform: "node",
      plugins: [ofEsbuild()],
    }),
  webpack: () =>
    new Promise((resolve, reject) => {
      webpack({
        ...webpackLike("development", false, out, ofWebpack()),
        context: out,
        entry: input,
      } as never)!.run((error, stats) => {
        if (error || stats!.hasErrors()) reject(error ?? new Error(stats!.toString({ colors: false })));
        else resolve(stats);
      });
    }),
};

describe("a function that can't go to the thread that it is the target of fails the build of", () => {
  for (const [tool, run] of Object.entries(builds))
    test(tool, () =>
      assert.rejects(run, (error: Error) => {
        assert.match(
          error.message,
          /cannot send 'count' to a thread: it is assigned at \S*main\.ts:4:31, and a thread would/,
        );
        return true;
      }),
    );
});
