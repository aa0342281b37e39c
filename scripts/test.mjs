// Runs test/**/*.test.ts with the node that runs this file: natively where it reads TypeScript, else through tsx.
//   node scripts/test.mjs                     everything
//   node scripts/test.mjs lock layers         files whose path contains one of the words
//   node scripts/test.mjs -t "two threads"    tests whose name matches the pattern
//   node scripts/test.mjs --without browser   all files but those whose path contains the word
//   node scripts/test.mjs --counts FILE       also writes how many tests of each file passed, for scripts/runtime-table.mjs
// Node 20's --test knows no globs, so the files are named.
import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
process.chdir(root);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    name: { type: "string", short: "t", multiple: true },
    timeout: { type: "string", default: "120000" },
    concurrency: { type: "string", default: "2" },
    without: { type: "string", multiple: true, default: [] },
    counts: { type: "string" },
  },
});

if (!existsSync("dist/index.js")) {
  console.error("cannot run the tests: dist/ is not built. Run `npm run build` first.");
  process.exit(1);
}

function testFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const at = path.posix.join(folder, entry.name);
    // A folder with a package.json is a project that a test runs.
    if (entry.isDirectory())
      return at === "test/fixtures" || existsSync(path.join(at, "package.json")) ? [] : testFiles(at);
    return entry.name.endsWith(".test.ts") ? [at] : [];
  });
}

const files = testFiles("test")
  .filter((file) => positionals.length === 0 || positionals.some((word) => file.includes(word)))
  .filter((file) => !values.without.some((word) => file.includes(word)))
  .sort();
if (files.length === 0) {
  console.error(`cannot run the tests: no file under test/ matches ${positionals.join(", ")}.`);
  process.exit(1);
}

// Up to Node 22, --test-timeout limits a whole file and not each test of it: give a file ten tests' time there.
const perTest = Number(process.versions.node.split(".")[0]) >= 24;
const limit = Number(values.timeout) * (perTest ? 1 : 10);

/** Node 22 strips types, and does not know `using`. */
function knowsUsing() {
  try {
    new Function("{ using nothing = null; }");
    return true;
  } catch {
    return false;
  }
}

const child = spawn(
  process.execPath,
  [
    ...(process.features.typescript && knowsUsing()
      ? ["--disable-warning=ExperimentalWarning"]
      : ["--import", "tsx"]),
    "--test",
    "--test-reporter=spec",
    ...(values.counts === undefined
      ? []
      : [
          "--test-reporter-destination=stdout",
          "--test-reporter=./scripts/suite-counts.mjs",
          `--test-reporter-destination=${values.counts}`,
        ]),
    `--test-concurrency=${values.concurrency}`,
    `--test-timeout=${limit}`,
    ...(values.name ?? []).map((pattern) => `--test-name-pattern=${pattern}`),
    ...files,
  ],
  // tsx would follow the `paths` of tsconfig.json into src/; the tests want the package as it is published.
  { stdio: "inherit", env: { ...process.env, TSX_TSCONFIG_PATH: path.join(root, "tsconfig.run.json") } },
);
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => {
  if (signal !== null) console.error(`the test runner was ended by ${signal}`);
  process.exitCode = code ?? 1;
});
