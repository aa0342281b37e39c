// The table of docs/runtimes.md: how many tests of each conformance suite pass on which runtime.
//   node scripts/runtime-table.mjs --run     runs the suites everywhere first: Node 20, 22, 24, 26, Bun, Deno, Chromium
//   node scripts/runtime-table.mjs           only draws it from what the last runs left in .tools/reports
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { installNode, MAJORS } from "./nodes.mjs";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const PAGE = "docs/runtimes.md";
const [BEGIN, END] = ["<!-- counts: scripts/runtime-table.mjs -->", "<!-- end of counts -->"];
const REPORTS = ".tools/reports";

const COLUMNS = [
  ["Node 20", "node-20"],
  ...MAJORS.map((major) => [`Node ${major}`, `node-${major}`]),
  ["Deno 2.9", "deno"],
  ["Bun 1.4", "bun"],
  ["Chromium", "chromium"],
];

function run(command, ...args) {
  console.log(`\n== ${[command, ...args].join(" ")} ==`);
  return spawnSync(command, args, { stdio: ["ignore", "inherit", "inherit"] }).status;
}

if (process.argv.includes("--run")) {
  mkdirSync(REPORTS, { recursive: true });
  for (const major of ["20", ...MAJORS]) {
    const node = process.versions.node.startsWith(`${major}.`) ? process.execPath : installNode(major);
    run(node, "scripts/test.mjs", "conformance/", "--counts", `${REPORTS}/node-${major}.json`);
  }
  run(process.execPath, "scripts/test-runtimes.mjs");
  run(process.execPath, "scripts/test.mjs", "runtimes/browser/browser");
}

const reports = COLUMNS.map(([title, name]) => [
  title,
  JSON.parse(readFileSync(`${REPORTS}/${name}.json`, "utf8")),
]);
const suites = [...new Set(reports.flatMap(([, report]) => Object.keys(report)))].sort();

/** "12": all pass. "10 of 12": the others are left out, with a reason. */
function cell({ pass, fail, skip } = { pass: 0, fail: 0, skip: 0 }) {
  const all = pass + fail + skip;
  return all === 0 ? "–" : pass === all ? `${pass}` : `${pass} of ${all}`;
}
const sumOf = (report) =>
  Object.values(report).reduce(
    (sum, suite) => ({
      pass: sum.pass + suite.pass,
      fail: sum.fail + suite.fail,
      skip: sum.skip + suite.skip,
    }),
    { pass: 0, fail: 0, skip: 0 },
  );
const rows = [
  ["suite", ...reports.map(([title]) => title)],
  ...suites.map((suite) => [suite, ...reports.map(([, report]) => cell(report[suite]))]),
  ["all", ...reports.map(([, report]) => cell(sumOf(report)))],
];
const widths = rows[0].map((_, column) => Math.max(...rows.map((cells) => cells[column].length)));
const line = (cells, pad) => `| ${cells.map(pad).join(" | ")} |`;
const padded = (cells) =>
  line(cells, (text, column) => (column === 0 ? text.padEnd(widths[0]) : text.padStart(widths[column])));
const ruler = line(widths, (width, column) =>
  column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`,
);
const table = [padded(rows[0]), ruler, ...rows.slice(1).map(padded)].join("\n");

const page = readFileSync(PAGE, "utf8");
const text = `${page.slice(0, page.indexOf(BEGIN) + BEGIN.length)}\n\n${table}\n\n${page.slice(page.indexOf(END))}`;
writeFileSync(PAGE, text);
