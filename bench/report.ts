/** From samples to figures, and to a table. */
import { type Bench, OURS } from "./benches.ts";
import { median, type Samples, spread } from "./harness.ts";

export interface Row {
  node: string;
  name: string;
  median?: number;
  /** Of medians: to the bench's reference on the same node. */
  ratio?: number;
  spread?: number;
  samples: number[];
  failure?: string;
}

export interface Verdict {
  node: string;
  against: string;
  atMost: number;
  ratio: number;
  met: boolean;
}

export interface Report {
  bench: string;
  title: string;
  unit: string;
  reference: string;
  rows: Row[];
  targets: Verdict[];
}

export function measure(bench: Bench, nodes: readonly { label: string }[], all: readonly Samples[]): Report {
  const rows: Row[] = [];
  const targets: Verdict[] = [];
  for (const { label } of nodes) {
    // CPython runs once for all nodes.
    const find = (name: string) =>
      all.find((s) => s.name === `${name}, ${label}`) ?? all.find((s) => s.name === name);
    const reference = find(bench.reference)?.values ?? [];
    for (const { name } of bench.rivals) {
      const samples = find(name);
      if (samples === undefined) continue;
      const { values, failure } = samples;
      const row: Row = { node: label, name, samples: values, failure };
      if (values.length > 0) Object.assign(row, { median: median(values), spread: spread(values) });
      if (values.length > 0 && reference.length > 0) row.ratio = median(values) / median(reference);
      rows.push(row);
    }
    const ours = find(OURS)?.values ?? [];
    for (const { against, atMost } of bench.targets) {
      const theirs = find(against)?.values ?? [];
      if (ours.length === 0 || theirs.length === 0) continue;
      const found = median(ours) / median(theirs);
      targets.push({ node: label, against, atMost, ratio: found, met: found <= atMost });
    }
  }
  const { name, title, unit, reference } = bench;
  return { bench: name, title, unit, reference, rows, targets };
}

export function showReport({ title, unit, reference, rows, targets }: Report): string {
  const lines = [`${title} (${unit}; ratio to ${reference})`];
  const width = Math.max(...rows.map(({ name }) => name.length));
  lines.push(
    `  ${"".padEnd(8)} ${"".padEnd(width)} ${"median".padStart(9)} ${"ratio".padStart(7)} ${"spread".padStart(7)}`,
  );
  for (const { node, name, median, ratio, spread, failure } of rows) {
    const start = `  ${node.padEnd(8)} ${name.padEnd(width)}`;
    lines.push(
      median === undefined
        ? `${start} did not run: ${failure}`
        : `${start} ${figure(median).padStart(9)} ${(ratio?.toFixed(2) ?? "").padStart(7)} ${percent(spread!).padStart(7)}`,
    );
  }
  for (const { node, against, atMost, ratio, met } of targets) {
    lines.push(
      `  ${met ? "met    " : "NOT MET"} ${node}: at most ${atMost} × ${against}, found ${ratio.toFixed(2)}`,
    );
  }
  return `${lines.join("\n")}\n`;
}

function figure(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString("en-US") : value.toPrecision(3);
}

function percent(part: number): string {
  return `${Math.round(part * 100)} %`;
}
