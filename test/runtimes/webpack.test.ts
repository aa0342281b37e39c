/** webpack: what it builds runs in Node, without the inspector. */
import assert from "node:assert/strict";
import path from "node:path";
import { describe, test } from "node:test";
import threadkit from "threadkit/webpack";
import webpack from "webpack";
import { outFolder, runsRight, webpackLike } from "./expect.ts";

const out = outFolder();

async function run(settings: object): Promise<void> {
  const compiler = webpack(settings as never)!;
  await new Promise<void>((resolve, reject) => {
    compiler.run((error, stats) => {
      if (error) reject(error);
      else if (stats!.hasErrors()) reject(new Error(stats!.toString({ colors: false })));
      else compiler.close(() => resolve());
    });
  });
}

describe("webpack", () => {
  for (const mode of ["development", "production"] as const)
    for (const isModule of [false, true])
      test(`builds threads, ${mode}, ${isModule ? "modules" : "CommonJS"}`, async () => {
        const folder = path.join(out, mode, String(isModule));
        await run(webpackLike(mode, isModule, folder, threadkit()));
        await runsRight(path.join(folder, isModule ? "main.mjs" : "main.cjs"));
      });

  test("gives each slice a name of its own as an entry, for plugins that name files after it", async () => {
    const names: string[] = [];
    const settings = webpackLike("production", true, path.join(out, "names"), threadkit()) as {
      plugins: unknown[];
    };
    settings.plugins.push((compiler: webpack.Compiler) =>
      compiler.hooks.compilation.tap("test", (compilation) => {
        compilation.hooks.afterSeal.tap("test", () => void names.push(...compilation.entrypoints.keys()));
      }),
    );
    await run(settings);
    assert.ok(names.length > 2, String(names));
    assert.deepEqual(names, [...new Set(names)]);
  });

  test("webpack: modules from its cache bring their slices", async () => {
    const cache = { type: "filesystem", cacheDirectory: path.join(out, "cache") };
    for (const round of ["first", "second"]) {
      const folder = path.join(out, round);
      await run({ ...webpackLike("production", true, folder, threadkit()), cache });
      await runsRight(path.join(folder, "main.mjs"));
    }
  });
});
