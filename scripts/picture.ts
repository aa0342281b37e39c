/** `npm run picture`: draws ARCHITECTURE.md's table of imports from the sources. A test fails when it is out of date. */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { readSources } from "../test/harness/sources.ts";

const ARCHITECTURE = fileURLToPath(new URL("../ARCHITECTURE.md", import.meta.url));
const BEGIN = "<!-- drawn by npm run picture -->";
const END = "<!-- end -->";
const SEAMS: Record<string, string> = { "#atomics": "memory/atomics.ts", "#host": "host/host.ts" };

const layerOf = (file: string) => file.split("/")[0];

/** How many files of each layer import from each other one; a layer stands below all that import from it. */
export function drawPicture(layers: readonly string[]): string {
  const rows = layers.map((layer) => ({ layer, files: 0, from: new Map<string, number>() }));
  for (const { file, imports } of readSources()) {
    const row = rows.find(({ layer }) => layer === layerOf(file));
    if (row === undefined) throw new Error(`src/${file} is in no layer of the list.`);
    row.files++;
    const targets = imports
      .map(({ specifier }) =>
        specifier.startsWith(".")
          ? path.posix.join(path.posix.dirname(file), specifier)
          : (SEAMS[specifier] ?? ""),
      )
      .map(layerOf);
    for (const target of new Set(targets))
      if (target !== row.layer && layers.includes(target))
        row.from.set(target, (row.from.get(target) ?? 0) + 1);
  }
  const head = ["layer", "files", ...layers.slice(1)];
  const table = rows.map(({ layer, files, from }) => [
    `${layer}/`,
    String(files),
    ...layers.slice(1).map((other) => String(from.get(other) ?? "")),
  ]);
  const widths = head.map((name, i) => Math.max(name.length, ...table.map((row) => row[i].length)));
  const line = (cells: string[]) =>
    cells
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join("  ")
      .trimEnd();
  return ["```", line(head), ...table.map(line), "```"].join("\n");
}

/** The table that stands in ARCHITECTURE.md. */
export function pictureNow(): string {
  const text = readFileSync(ARCHITECTURE, "utf8");
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`ARCHITECTURE.md has no ${BEGIN} … ${END}.`);
  return text.slice(begin + BEGIN.length, end).trim();
}

/** The layers from the top down, as ARCHITECTURE.md lists them. */
export function layersNow(): string[] {
  const list = /## Layers[\s\S]*?```\n([\s\S]*?)```/.exec(readFileSync(ARCHITECTURE, "utf8"))?.[1] ?? "";
  return list.split("\n").flatMap((line) => /^(\w+)\//.exec(line)?.[1] ?? []);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = readFileSync(ARCHITECTURE, "utf8");
  const [before, after] = [text.split(BEGIN)[0], text.split(END)[1]];
  writeFileSync(ARCHITECTURE, `${before}${BEGIN}\n\n${drawPicture(layersNow())}\n\n${END}${after}`);
}
