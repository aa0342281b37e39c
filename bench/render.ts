/**
 * `npm run bench:docs -- results.json …`: docs/benchmarks.md and its pictures, from what `npm run bench -- --json` printed.
 * Of a bench that stands in several files the last one counts. Ratios only: absolute times are those of one machine.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { OURS } from "./benches.ts";
import type { Report, Row } from "./report.ts";

interface Results {
  machine: { cpu: string; cores: number; platform: string };
  versions?: Record<string, string>;
  date?: string;
  reports: Report[];
}

const docs = fileURLToPath(new URL("../docs/", import.meta.url));

/** Bench names that one picture shows. */
const PICTURES: readonly { file: string; title: string; of: (bench: string) => boolean }[] = [
  {
    file: "bench-pools.svg",
    title: "Thread pools: time for one task",
    of: (name) => /^pool-(outstanding|burst|single|blocking)$/.test(name),
  },
  {
    file: "bench-data.svg",
    title: "Shared data and queues",
    of: (name) => /^(map|struct|queue|simple-queue|feed|priority)/.test(name),
  },
  {
    file: "bench-primitives.svg",
    title: "Locks and other primitives",
    of: (name) =>
      /^(lock|contended|rlock|condition|event|semaphore|seats|barrier|lone|local|timer|start|ping)/.test(
        name,
      ),
  },
];

interface Bar {
  bench: string;
  contender: string;
  node: string;
  ratio: number;
}

/** Each contender's time over ours, on each version of Node. */
function barsOf({ title, rows }: Report): Bar[] {
  return rows.flatMap((row) => {
    const ours = rows.find(({ name, node }) => name === OURS && node === row.node)?.median;
    if (row.median === undefined || ours === undefined) return [];
    return [
      {
        bench: title.replace(/:.*/, (rest) => (rest.length > 60 ? "" : rest)),
        contender: row.name,
        node: row.node,
        ratio: row.median / ours,
      },
    ];
  });
}

async function draw(title: string, bars: Bar[]): Promise<string> {
  const spec: TopLevelSpec = {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title: { text: title, subtitle: "time over threadkit's; left of 1 is faster (logarithmic)" },
    data: { values: bars },
    facet: {
      row: {
        field: "bench",
        type: "nominal",
        title: null,
        header: { labelOrient: "top", labelAnchor: "start", labelLimit: 500 },
      },
    },
    resolve: { scale: { y: "independent" } },
    spec: {
      width: 420,
      height: { step: 16 },
      mark: { type: "point", filled: true, size: 60 },
      encoding: {
        y: { field: "contender", type: "nominal", title: null, sort: { field: "ratio" } },
        x: { field: "ratio", type: "quantitative", scale: { type: "log" }, title: "× threadkit" },
        color: { field: "node", type: "nominal", title: null },
        shape: { field: "node", type: "nominal", title: null },
      },
    },
    config: { background: "white", font: "sans-serif" },
  };
  return new View(parse(compile(spec).spec), { renderer: "none" }).toSVG();
}

const figure = (value: number) =>
  value >= 1000 ? Math.round(value).toLocaleString("en-US") : value.toPrecision(3);

function table({ title, unit, reference, rows, targets }: Report): string {
  const nodes = [...new Set(rows.map(({ node }) => node))];
  const names = [...new Set(rows.map(({ name }) => name))];
  const cell = (row: Row | undefined) =>
    row === undefined
      ? ""
      : row.median === undefined
        ? "did not run"
        : `${figure(row.median)} (${row.ratio?.toFixed(2) ?? "–"})`;
  const lines = [
    `### ${title}`,
    "",
    `${unit}, and in brackets the ratio to ${reference}.`,
    "",
    `| | ${nodes.join(" | ")} |`,
    `| --- | ${nodes.map(() => "---:").join(" | ")} |`,
    ...names.map((name) => {
      const label = name === OURS ? `**${name}**` : name;
      return `| ${label} | ${nodes.map((node) => cell(rows.find((row) => row.name === name && row.node === node))).join(" | ")} |`;
    }),
    "",
  ];
  const missed = targets.filter(({ met }) => !met);
  for (const { node, against, atMost, ratio } of missed)
    lines.push(
      `Aim not met on ${node}: at most ${+atMost.toFixed(2)} × ${against}, found ${ratio.toFixed(2)}.`,
      "",
    );
  return lines.join("\n");
}

const files = process.argv.slice(2);
if (files.length === 0) throw new Error("give the files with what `npm run bench -- --json` printed.");
const results = files.map((file) => JSON.parse(readFileSync(file, "utf8")) as Results);
const reports = new Map(
  results.flatMap((result) => result.reports.map((report) => [report.bench, report] as const)),
);
const { machine, versions = {}, date = "" } = results.at(-1)!;

mkdirSync(path.join(docs, "images"), { recursive: true });
const pictures: string[] = [];
for (const { file, title, of } of PICTURES) {
  const bars = [...reports.values()].filter(({ bench }) => of(bench)).flatMap(barsOf);
  if (bars.length === 0) continue;
  writeFileSync(path.join(docs, "images", file), await draw(title, bars));
  pictures.push(`![${title}: time over threadkit's](images/${file})`);
}
const listed = Object.entries(versions)
  .map(([name, version]) => `${name} ${version}`.trim())
  .join(", ");
writeFileSync(
  path.join(docs, "benchmarks.md"),
  `# Benchmarks

Written by \`npm run bench:docs\`${date === "" ? "" : ` from runs of ${date}`}. Each table is one interleaved run: all contenders take turns
sample by sample, and the figures are medians. ${machine.cores} cores, ${machine.cpu}, ${machine.platform}${listed === "" ? "" : `; ${listed}`}.
It is a shared machine: compare within a table, not between tables. \`npm run bench -- --help\` tells how to run them
yourself.

${pictures.join("\n\n")}

${[...reports.values()].map(table).join("\n")}`,
);
