/** Code crosses whatever loader compiled it, and places in messages and stacks are those of the original files. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { runInNewContext } from "node:vm";
import { path } from "./fixtures.ts";
import { close, there } from "./there.ts";

interface Output {
  readonly results: Record<string, unknown>;
  readonly stderr: string;
}

async function run(fixture: string, env: Record<string, string> = {}): Promise<Output> {
  const file = fileURLToPath(path(fixture));
  const options = { env: { ...process.env, NODE_OPTIONS: "", ...env } };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ["--import", "tsx", file], options);
  return { results: JSON.parse(stdout), stderr };
}

describe("under tsx, a module", () => {
  test("ships enums, parameter properties and all, and is named by its own lines", async () => {
    const { results, stderr } = await run("tsx-module.mts");
    assert.deepEqual(results.imports, 8);
    assert.deepEqual(results.classes, [2, [2], "Sized", "helper"]);
    assert.deepEqual(results.enums, [2, "Red"]);
    assert.match(
      String(results.refusal),
      /'count' .* assigned at test\/fixtures\/capture\/tsx-module\.mts:26:14, /,
    );
    assert.match(String(results.stack), /tsx-module\.mts:31:9\)?\n/);
    assert.equal(stderr, "");
  });
});

describe("under tsx, a file of a CommonJS package", () => {
  test("ships what tsx made of its imports, and is named by its own lines", async () => {
    const { results, stderr } = await run("commonjs/main.ts");
    const { refusal, stack, ...values } = results;
    assert.deepEqual(values, {
      imports: [6, 9, "hello you", "a/b"],
      builtins: ["function", "function"],
      helper: 6,
      live: [1, 2, 2],
      classes: [2, [2], "Sized"],
      variables: "function",
      dynamic: 15,
    });
    assert.match(
      String(refusal),
      /'count' .* assigned at test\/fixtures\/capture\/commonjs\/main\.ts:38:16, /,
    );
    assert.match(String(stack), /at thrower \(file:.*\/commonjs\/main\.ts:25:9\)/);
    assert.equal(stderr, "");
  });
});

describe("under Vite's module runner, a module", () => {
  test("ships what the runner made of its imports, also from a context of its own", async () => {
    const code = `(async function (__vite_ssr_import__, __vite_ssr_dynamic_import__, __vite_ssr_import_meta__) {
      const __vi_import_0__ = await __vite_ssr_import__("/test/fixtures/capture/dep.mjs", { importedNames: ["twice"] });
      const __vi_import_1__ = await __vite_ssr_import__("node:path");
      const factor = 3;
      return async () => [
        (0, __vi_import_0__.twice)(factor), __vi_import_1__.basename("/a/b"), __vite_ssr_import_meta__.url.slice(-9),
        (await __vite_ssr_dynamic_import__("./dep.mjs")).twice(1),
      ];
    })`;
    const filename = fileURLToPath(path("vitest.js"));
    const runner = runInNewContext(code, {}, { filename });
    const fn = await runner(
      (name: string) => import(name.startsWith("/") ? path("dep.mjs") : name),
      () => undefined,
      { url: "" },
    );
    assert.deepEqual(await there(fn), [6, "b", "vitest.js", 2]);
    await close();
  });
});
