/** rspack: what it builds runs in Node, without the inspector. */
import path from "node:path";
import { describe, test } from "node:test";
import { rspack } from "@rspack/core";
import threadkit from "threadkit/rspack";
import { outFolder, runsRight, webpackLike } from "./expect.ts";

const out = outFolder();

describe("rspack", () => {
  for (const mode of ["development", "production"] as const)
    for (const isModule of [false, true])
      test(`builds threads, ${mode}, ${isModule ? "modules" : "CommonJS"}`, async () => {
        const folder = path.join(out, mode, String(isModule));
        const compiler = rspack(webpackLike(mode, isModule, folder, threadkit()) as never);
        await new Promise<void>((resolve, reject) => {
          compiler!.run((error, stats) => {
            if (error) reject(error);
            else if (stats!.hasErrors()) reject(new Error(stats!.toString({ colors: false })));
            else compiler!.close(() => resolve());
          });
        });
        await runsRight(path.join(folder, isModule ? "main.mjs" : "main.cjs"));
      });
});
