/** What the rebuilding side promises: identity, positions, imports once, and code compiled once per thread. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { importAll } from "../../src/capture/incoming/importing.ts";
import { setBeforeImports } from "../../src/capture/incoming/loaders.ts";
import { builder } from "../../src/capture/incoming/rebuild.ts";
import { knownExports } from "../../src/capture/library.ts";
import { lifter } from "../../src/capture/outgoing/plan.ts";
import { setSharedPredicate } from "../../src/capture/outgoing/shared.ts";
import { type FunctionImage, type Reference, Symbolic } from "../../src/transfer/boundary.ts";
import { modern, path } from "./fixtures.ts";
import { close, there } from "./there.ts";
import { pack, unpack } from "./walker.ts";

after(close);

const image = (fn: () => unknown) => lifter.lift(fn, "target") as FunctionImage;
const imported = (specifier: string, name = "default"): Reference => ({
  type: "import",
  file: path("here.ts"),
  specifier,
  name,
});

describe("a rebuilt function", () => {
  test("is there before its captures, which are filled in and may be changed", () => {
    const number = 1;
    const { unit } = image(() => number);
    const shell = builder.begin(unit);
    const fn = shell.value as () => unknown;
    assert.equal(fn(), undefined);
    assert.equal(shell.finish([2]), fn);
    assert.equal(fn(), 2);
    shell.set(0, 3);
    assert.equal(fn(), 3);
  });

  test("shares nothing with another one of the same code", () => {
    const list: number[] = [];
    const { unit } = image(() => list);
    const [a, b] = [builder.begin(unit), builder.begin(unit)];
    a.finish([[1]]);
    b.finish([[2]]);
    assert.notEqual(a.value, b.value);
    assert.deepEqual([(a.value as () => unknown)(), (b.value as () => unknown)()], [[1], [2]]);
  });

  test("throws with the file, line and column of the original", async () => {
    await assert.rejects(there(modern.thrower), (error: Error) => {
      assert.match(error.stack ?? "", /at thrower \(file:.*\/fixtures\/capture\/shapes\.ts:\d+:\d+\)/);
      return true;
    });
  });
});

describe("a rebuilt class", () => {
  test("exists once its captures do", () => {
    const base = class Base {};
    class Derived extends base {}
    const { unit, captures } = lifter.lift(Derived as unknown as () => unknown, "target") as FunctionImage;
    const shell = builder.begin(unit);
    assert.equal(shell.value, undefined);
    const made = shell.finish(captures) as typeof Derived;
    assert.ok(new made() instanceof base);
    assert.equal(made.name, "Derived");
  });
});

describe("imports", () => {
  test("are awaited once, and later jobs begin at once", async () => {
    const reference = imported("./data.json");
    const withType: Reference = { ...reference, type: "import", attributes: { type: "json" } } as Reference;
    const loading = importAll([withType]);
    assert.ok(loading instanceof Promise);
    await loading;
    assert.equal(importAll([withType]), undefined);
    assert.deepEqual(builder.resolve(withType), { answer: 42 });
  });

  test("that fail reject with the loader's own error", async () => {
    await assert.rejects(async () => importAll([imported("./nowhere.ts")]), { code: "ERR_MODULE_NOT_FOUND" });
  });

  test("wait for the set-up of tsx, which runs once", async () => {
    let calls = 0;
    setBeforeImports(async () => void calls++);
    const references = [imported("./dep.mjs", "twice"), imported("./crlf.mjs", "where")];
    await importAll(references.slice(0, 1));
    await importAll(references.slice(1));
    assert.equal(calls, 1);
    assert.equal((builder.resolve(references[0]) as (n: number) => number)(2), 4);
  });

  test("that come while tsx is being set up wait for it, too", async () => {
    const done: string[] = [];
    let finish = () => {};
    const setUp = new Promise<void>((resolve) => (finish = resolve)).then(() => void done.push("set up"));
    setBeforeImports(() => setUp);
    const first = importAll([imported("./nowhere.ts")])?.catch(() => done.push("first"));
    const second = importAll([imported("./nowhere-else.ts")])?.catch(() => done.push("second"));
    setImmediate(finish);
    await Promise.all([first, second]);
    assert.deepEqual(done, ["set up", "first", "second"]);
  });
});

describe("lifting", () => {
  test("the same function again gives the same image", () => {
    const fn = () => modern.shapes;
    assert.equal(lifter.lift(fn, "target"), lifter.lift(fn, "target"));
  });

  test("closures of one place gives one unit", () => {
    const [a, b] = [1, 2].map((n) => () => n);
    assert.equal(image(a).unit, image(b).unit);
    assert.deepEqual([image(a).captures, image(b).captures], [[1], [2]]);
  });

  test("a function that the library exports gives its name, which every thread knows", () => {
    const exported = { Lock: class {}, acquire() {} };
    knownExports(exported);
    const holder = { way: exported.acquire };
    const symbolic = lifter.lift(holder.way, "target");
    assert.ok(symbolic instanceof Symbolic);
    assert.deepEqual(symbolic.reference, { type: "library", name: "acquire" });
    assert.equal(builder.resolve(symbolic.reference), exported.acquire);
    assert.ok(lifter.lift(exported.Lock as unknown as () => unknown, "target") instanceof Symbolic);
  });

  test("an import that holds a shared object sends the object, for importing it again would make another", () => {
    const [fn] = modern.shapes["imported data"];
    setSharedPredicate((value) => typeof value === "object" && value !== null && "depth" in value);
    const fresh = image(fn as () => unknown);
    setSharedPredicate(() => false);
    assert.deepEqual(fresh.captures, [{ depth: 3 }]);
    assert.deepEqual([fresh.unit.references, fresh.unit.importReads], [[], []]);
    const { root, entries } = pack(fn, lifter, "target");
    assert.equal(entries[root].kind, "function");
    assert.deepEqual((unpack({ root, entries, references: [] }, builder) as () => unknown)(), {
      settings: { depth: 3 },
    });
  });
});

describe("a child process", () => {
  const runScript = async (code: string) => {
    const load = (process.features as { typescript?: unknown }).typescript ? [] : ["--import", "tsx"];
    const env = { ...process.env, NODE_OPTIONS: "", NODE_NO_WARNINGS: "1" };
    return (await promisify(execFile)(process.execPath, [...load, "-e", code], { env })).stdout;
  };
  const run = async (source: string, flags: string[], env: Record<string, string> = {}) => {
    const load = process.features && !(process.features as { typescript?: unknown }).typescript;
    const url = JSON.stringify(new URL("../../src/capture/outgoing/plan.ts", import.meta.url).href);
    const rebuild = JSON.stringify(new URL("../../src/capture/incoming/rebuild.ts", import.meta.url).href);
    // The walker gives capture its part for tools.
    const walker = JSON.stringify(new URL("./walker.ts", import.meta.url).href);
    const imports = `import { lifter } from ${url}; import { builder } from ${rebuild}; import ${walker};`;
    const code = `${imports}\n${source}`;
    const all = [...(load ? ["--import", "tsx"] : []), ...flags, "--input-type=module", "-e", code];
    const options = { env: { ...process.env, NODE_OPTIONS: "", NODE_NO_WARNINGS: "1", ...env } };
    return (await promisify(execFile)(process.execPath, all, { ...options, cwd: fileURLToPath(path(".")) }))
      .stdout;
  };

  test("keeps nothing of a function that is gone", async () => {
    const source = `
      let gone = 0;
      const registry = new FinalizationRegistry(() => gone++);
      for (let i = 0; i < 50; i++) {
        const big = { i };
        const fn = () => big.i;
        lifter.lift(fn, "target");
        registry.register(big, 0);
      }
      for (let i = 0; i < 100 && gone < 45; i++) { await new Promise(setImmediate); gc(); }
      console.log(gone >= 45);`;
    assert.equal(await run(source, ["--expose-gc"]), "true\n");
  });

  test("is connected to the inspector for one burst only", async () => {
    const source = `
      import { Session } from "node:inspector";
      let open = 0;
      const { connect, disconnect } = Session.prototype;
      Session.prototype.connect = function () { open++; connect.call(this); };
      Session.prototype.disconnect = function () { open--; disconnect.call(this); };
      const x = 1;
      lifter.lift(() => x, "target"); lifter.lift(() => x + 1, "target");
      const during = open;
      await null;
      console.log(during, open);`;
    assert.equal(await run(source, []), "1 0\n");
  });

  test("may run code given with -e, a script or a module", async () => {
    const source = `const x = 1; console.log(JSON.stringify(lifter.lift(() => x, "target").captures));`;
    assert.equal(await run(source, []), "[1]\n");
    const url = JSON.stringify(new URL("../../src/capture/outgoing/plan.ts", import.meta.url).href);
    const script = `const path = require("path"); const x = 1;
      import(${url}).then(({ lifter }) => console.log(lifter.lift(() => [path, x], "target").captures[0].reference.type));`;
    assert.equal(await runScript(script), "require\n");
  });

  test("that measures coverage gets shipped code under a name of its own", async () => {
    const source = `
      const one = 1;
      const shell = builder.begin(lifter.lift(() => new Error("x").stack.split("\\n")[1], "target").unit);
      console.log(/\\?thread=\\d+:\\d+:\\d+/.test(shell.finish([1])()));`;
    assert.equal(
      await run(source, [], { NODE_V8_COVERAGE: mkdtempSync(join(tmpdir(), "threadkit-")) }),
      "true\n",
    );
  });
});
