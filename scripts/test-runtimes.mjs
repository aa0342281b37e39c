// Runs the suites of test/conformance/ and the programs of test/runtimes/ under Bun and Deno.
//   node scripts/test-runtimes.mjs                   both
//   node scripts/test-runtimes.mjs deno lock queue   suites whose path contains one of the words
//   node scripts/test-runtimes.mjs bun --note        writes what fails into test/runtimes/left-out.json, to be given reasons
//   node scripts/test-runtimes.mjs bun --all         runs those that stand there, too, and says which of them pass
// Tests that can't pass there stand in test/runtimes/left-out.json with the reason; they are not run, and count as skipped.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { installRuntime, VERSIONS } from "./runtimes.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
process.chdir(root);

/** Milliseconds that a suite, a program may take. */
const SUITE = 240_000;
const PROGRAM = 60_000;

const RUNTIMES = {
  bun: {
    run: (file) => [file],
    test: (file, report) => [
      ...["test", "--timeout", "60000", "--reporter=junit", `--reporter-outfile=${report}`, `./${file}`],
    ],
  },
  deno: {
    run: (file) => ["run", "-A", file],
    test: (file, report) => ["test", "-A", "--no-check", `--junit-path=${report}`, file],
  },
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { note: { type: "boolean" }, all: { type: "boolean" } },
});
const wanted = positionals.filter((word) => word in RUNTIMES);
const words = positionals.filter((word) => !(word in RUNTIMES));
const matches = (file) => words.length === 0 || words.some((word) => file.includes(word));

const LIST = "test/runtimes/left-out.json";
/** By runtime: reasons by their short names; then by suite and test the short name of the reason. */
const leftOut = existsSync(LIST) ? JSON.parse(readFileSync(LIST, "utf8")) : {};

const unescape = (text) =>
  text
    .replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code))
    .replace(
      /&(lt|gt|quot|apos|amp);/g,
      (_, name) => ({ lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" })[name],
    );
const attribute = (text, name) => unescape(new RegExp(`\\b${name}="([^"]*)"`).exec(text)?.[1] ?? "");

/** Deno gives the file for the class. */
const isFile = (text) => /^(\.\/|ext:|test\/)\S*\.[jt]s$/.test(text);

/** The tests of a JUnit report: [name, outcome, what was wrong]. A suite of Deno's with steps is not a test by itself. */
function readReport(file) {
  const xml = readFileSync(file, "utf8");
  const cases = [...xml.matchAll(/<testcase ([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g)].map(
    ([, head, body = ""]) => ({
      name: [attribute(head, "classname"), attribute(head, "name")]
        .filter((part) => part && !isFile(part))
        .join(" > "),
      outcome: /<(failure|error)\b/.test(body) ? "fail" : /<skipped\b/.test(body) ? "skip" : "pass",
      body: unescape(body),
    }),
  );
  return cases.filter(({ name }) => !cases.some((other) => other.name.startsWith(`${name} > `)));
}

function testFiles(folder, ending) {
  return readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .map((name) => path.posix.join(folder, name))
    .filter(matches);
}

function run(binary, args, timeout, leftOut) {
  const env = { ...process.env, NO_COLOR: "1", NODE_TEST_CONTEXT: undefined, THREADKIT_LEFT_OUT: leftOut };
  return spawnSync(binary, args, {
    encoding: "utf8",
    timeout,
    killSignal: "SIGKILL",
    env,
    maxBuffer: 1 << 28,
  });
}

/** Programs print what their last comment says. */
function runPrograms(name, runtime, binary, count) {
  const folders = [`test/runtimes/${name}`, "test/runtimes/programs", "test/runtimes/permission"];
  for (const file of folders.filter(existsSync).flatMap((folder) => testFiles(folder, ".ts"))) {
    const output = /\n\/\* Output:\n([\s\S]*?)\*\/\n$/.exec(readFileSync(file, "utf8"))?.[1];
    if (output === undefined) continue;
    const result = run(binary, runtime.run(file), PROGRAM);
    const passed = result.status === 0 && result.stdout === output;
    count(passed ? "pass" : "fail", file, `${result.stdout}\n${result.stderr}`);
  }
}

function runSuites(name, runtime, binary, count) {
  const { reasons = {}, suites = {} } = (leftOut[name] ??= { reasons: {}, suites: {} });
  const reports = path.join(root, ".tools", "reports");
  mkdirSync(reports, { recursive: true });
  for (const file of testFiles("test/conformance", ".test.ts")) {
    const suite = path.basename(file, ".test.ts");
    const listed = suites[suite] ?? {};
    if (typeof listed === "string") {
      count("skip", suite, reasons[listed]);
      continue;
    }
    const report = path.join(reports, `${name}-${suite}.xml`);
    rmSync(report, { force: true });
    const names = values.all ? [] : Object.keys(listed);
    const result = run(binary, runtime.test(file, report), SUITE, JSON.stringify(names));
    const output = `${result.stdout}${result.stderr}`;
    const unknown = names.filter((test) => !output.includes(`left out: ${test}\n`));
    for (const test of names) {
      if (!unknown.includes(test)) count("skip", suite, reasons[listed[test].replace("?", "")]);
      else count("fail", `${suite}: ${test}`, "It is listed as left out, and no test of the suite.");
    }
    if (!existsSync(report)) {
      // Bun leaves none where all tests are left out.
      if (names.length > 0 && unknown.length === 0 && /No tests found|0 pass/i.test(output)) continue;
      count("fail", suite, `it left no report\n${output.slice(-4000)}`);
      continue;
    }
    for (const test of readReport(report)) {
      const reason = listed[test.name];
      if (test.outcome !== "fail") {
        if (reason && test.outcome === "pass")
          console.log(`  ${suite}: "${test.name}" is listed as left out, and passes`);
        count(test.outcome, suite);
      } else if (reason) count("skip", suite, reasons[reason.replace("?", "")] ?? reason);
      else {
        if (values.note) (suites[suite] ??= {})[test.name] = guess(test.body);
        count("fail", `${suite}: ${test.name}`, test.body.slice(0, 600));
      }
    }
  }
}

function guess(body) {
  if (/no inspector is here|functions with the same text/.test(body)) return "capture";
  if (/whether it is the caller|TASK_UNKNOWN|another async task/.test(body)) return "tasks";
  return "?";
}

let failed = false;
for (const name of wanted.length > 0 ? wanted : Object.keys(RUNTIMES)) {
  const runtime = RUNTIMES[name];
  console.log(`\n== ${name} ${VERSIONS[name]} ==`);
  const sums = { pass: 0, fail: 0, skip: 0 };
  /** By suite, for scripts/runtime-table.mjs. */
  const bySuite = {};
  const skipped = new Map();
  const count = (outcome, what, why = "") => {
    sums[outcome]++;
    if (!what.includes("/")) (bySuite[what.split(":")[0]] ??= { pass: 0, fail: 0, skip: 0 })[outcome]++;
    if (outcome === "fail") console.log(`✖ ${what}\n${why.replace(/^/gm, "    ")}`);
    if (outcome !== "skip" || !why) return;
    const suites = skipped.get(why) ?? new Map();
    skipped.set(why, suites.set(what, (suites.get(what) ?? 0) + 1));
  };
  const binary = installRuntime(name);
  runPrograms(name, runtime, binary, count);
  runSuites(name, runtime, binary, count);
  for (const [why, suites] of skipped) {
    const where = [...suites].map(([suite, number]) => `${suite} ${number}`);
    console.log(`left out: ${why}\n    ${where.join(", ")}`);
  }
  console.log(`ℹ tests ${sums.pass + sums.fail + sums.skip}`);
  console.log(`ℹ pass ${sums.pass}\nℹ fail ${sums.fail}\nℹ skipped ${sums.skip}`);
  if (words.length === 0) {
    mkdirSync(".tools/reports", { recursive: true });
    writeFileSync(`.tools/reports/${name}.json`, `${JSON.stringify(bySuite, null, 2)}\n`);
  }
  failed ||= sums.fail > 0;
}
if (values.note) writeFileSync(LIST, `${JSON.stringify(leftOut, null, 2)}\n`);
if (failed) process.exit(1);
