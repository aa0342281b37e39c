/** The published declarations under the compilers and settings that users have, and what refusals read like. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { root } from "../harness/child.ts";
import { install, pack, scratchFolder } from "../harness/tarball.ts";

const folder = scratchFolder("types");
install(pack(folder), folder);

const COMPILERS = {
  "TypeScript 5.4": path.join(root, "node_modules", "typescript-5.4", "bin", "tsc"),
  "this repository's TypeScript": path.join(root, "node_modules", "typescript", "bin", "tsc"),
};
type Compiler = keyof typeof COMPILERS;
let serial = 0;

interface Settings {
  module: "node16" | "nodenext" | "bundler";
  lib?: string[];
  /** With @types/node? */
  node?: boolean;
  /** Without a look at declarations that others have written, which takes a while. */
  quick?: boolean;
}

/** What tsc says of files of a project that has installed the package. */
function compile(compiler: Compiler, files: Record<string, string>, settings: Settings): string {
  const place = path.join(folder, `p${++serial}`);
  mkdirSync(place);
  for (const [name, source] of Object.entries(files)) writeFileSync(path.join(place, name), source);
  const { module, lib = [], node = false, quick = false } = settings;
  const compilerOptions = {
    target: "es2022",
    lib: ["es2022", ...lib],
    module: module === "bundler" ? "esnext" : module,
    moduleResolution: module,
    types: node ? ["node"] : [],
    typeRoots: node ? [path.join(root, "node_modules", "@types")] : [],
    ...{ strict: true, exactOptionalPropertyTypes: true, skipLibCheck: quick, noEmit: true },
  };
  const names = Object.keys(files);
  writeFileSync(path.join(place, "tsconfig.json"), JSON.stringify({ compilerOptions, files: names }));
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [COMPILERS[compiler], "-p", place, "--pretty", "false"],
    {
      cwd: place,
      encoding: "utf8",
    },
  );
  return `${stdout}${stderr}`;
}

/** Needs no declarations but those of the language. */
const SMALL = `
import { Lock, Queue, SharedInt32, SharedMap, SharedStruct, Thread, ThreadPoolExecutor, sleepAsync } from "threadkit";
const lock = new Lock();
const count = new SharedInt32(0);
const thread = new Thread({ target: (n: number) => lock.with(() => void (count.value += n)), args: [1] });
thread.start().join({ timeout: 5 });
class Point extends SharedStruct({ x: "float64", lock: Lock }) {}
const pool = new ThreadPoolExecutor(2);
export const doubled: Promise<number> = pool.submit(async (x: number) => x + new Point().x, 2).resultAsync();
export const all: Iterable<number> = pool.map((s: string) => s.length, ["a"]);
export const shared = [new Queue<string>().get(), new SharedMap<string, number>().get("a"), sleepAsync(1)];
export const { signal } = {} as NonNullable<Parameters<typeof sleepAsync>[1]>;
`;

const typeTests = Object.fromEntries(
  ["arguments", "equal", "generics", "results", "struct"].map((name) => [
    `${name}.ts`,
    readFileSync(path.join(root, "test", "types", `${name}.ts`), "utf8").replace("./equal.ts", "./equal.js"),
  ]),
);

describe("declarations", () => {
  const cases: Settings[] = [
    { module: "node16", node: true, lib: ["dom"] },
    { module: "bundler", lib: ["dom"] },
    { module: "node16" },
  ];
  const required = 'import tk = require("threadkit");\nexport const t: tk.Thread = new tk.Thread();\n';
  for (const compiler of Object.keys(COMPILERS) as Compiler[]) {
    for (const settings of cases) {
      const { module, lib = [], node } = settings;
      const title = `${module}, ${[...lib, ...(node ? ["@types/node"] : [])].join(" and ") || "nothing else"}`;
      test(`${compiler} takes them: ${title}`, () => {
        const files: Record<string, string> =
          module === "bundler" ? { "a.ts": SMALL } : { "a.mts": SMALL, "b.cts": SMALL, "c.cts": required };
        assert.equal(compile(compiler, files, settings), "");
      });
    }

    test(`${compiler} agrees with the type tests`, () => {
      const settings: Settings = { module: "nodenext", node: true, lib: ["esnext.disposable"], quick: true };
      assert.equal(compile(compiler, typeTests, settings), "");
    });
  }
});

describe("what tsc says", () => {
  const CASES: Record<string, { code: string; says: RegExp }> = {
    promise: {
      code: "new Thread({ target: take, args: [Promise.resolve(1)] });",
      says: /Promise<number>.*CannotSend<"it is a promise\. Await it and send its value">/,
    },
    weakMap: {
      code: "pool.submit(take, new WeakMap<object, number>());",
      says: /WeakMap<object, number>.*CannotSend<"it is a WeakMap, which works only in the thread that made it\. Send a Map, or create it inside the thread">/,
    },
    result: {
      code: "pool.submit(async () => new WeakRef({}));",
      says: /CannotSend<"it is a WeakRef, which works only in the thread that made it\. Send the object it refers to">/,
    },
    missing: {
      code: "new Thread({ target: (n: number) => n });",
      says: /'args' is missing in type '\{ target: \(n: number\) => number; \}' but required in type 'ArgsOfTarget'/,
    },
    wrong: {
      code: 'new Thread({ target: (n: number) => n, args: ["a"] });',
      says: /Type 'string' is not assignable to type 'number'/,
    },
    submit: {
      code: 'pool.submit((n: number) => n, "a");',
      says: /Argument of type 'string' is not assignable to parameter of type 'number'|Type 'string' is not assignable to type 'number'/,
    },
    key: {
      code: 'new SharedMap([[new Date(), "a"]]);',
      says: /CannotBeKey<"A key is a string, number, bigint, boolean, null, undefined or a shared object of threadkit">/,
    },
  };
  for (const compiler of Object.keys(COMPILERS) as Compiler[]) {
    test(`${compiler} tells what was found and what to do`, () => {
      const head =
        'import { SharedMap, Thread, ThreadPoolExecutor } from "threadkit";\nconst take = (..._: unknown[]) => 1;\nconst pool = new ThreadPoolExecutor(1);\n';
      const files = Object.fromEntries(
        Object.entries(CASES).map(([name, { code }]) => [`${name}.ts`, head + code]),
      );
      const said = compile(compiler, files, { module: "nodenext", node: true, quick: true });
      for (const [name, { says }] of Object.entries(CASES)) {
        const messages = said.split(/\n(?=\S)/).filter((message) => message.startsWith(`${name}.ts(4,`));
        assert.equal(messages.length, 1, `one message for ${name}:\n${said}`);
        assert.match(messages[0].replaceAll(/\s+/g, " "), says);
        assert.ok(messages[0].length < 800, `it is readable:\n${messages[0]}`);
      }
    });
  }
});
