/** Where a function stands: found by its text, in the file of the call and in those that it imports. */
import { isOurs, type Place } from "../call-stack.ts";
import { runtime, url } from "../lazy.ts";
import { offsetOf } from "../source/lines.ts";
import { placeOf } from "../source/position.ts";
import type { Source } from "../source/source.ts";
import type { FunctionInfo, Syntax } from "../syntax/scopes.ts";
import {
  callSites,
  functionsOf,
  importedFiles,
  type Located,
  parentOf,
  rebuiltSources,
  scriptOf,
  sourceOfFile,
} from "./sources.ts";

/** Files that are looked at: a program's own, not all that it depends on. */
const MOST_FILES = 500;

/** Several functions have the text, and which of them is meant makes a difference. */
export class Ambiguous {
  readonly places: readonly string[];
  constructor(places: readonly string[]) {
    this.places = places;
  }
}

/** Where the function with that text stands; undefined: in none of the files that can be looked at. */
export function find(text: string): Located | Ambiguous | undefined {
  for (const { source } of rebuiltSources()) {
    const found = choose(source, functionsOf(source, text), []);
    if (found) return found;
  }
  const sites = callSites();
  for (const source of likelySources(sites)) {
    const found = choose(source, functionsOf(source, text), sites);
    if (found) return found;
  }
  return undefined;
}

function* likelySources(sites: readonly Place[]): Generator<Source> {
  const seen = new Set<string>();
  let files = sites.map((site) => site.url);
  const entry = runtime().argv[1];
  if (entry) files.push(url().pathToFileURL(entry).href);
  while (files.length > 0 && seen.size < MOST_FILES) {
    const next: string[] = [];
    for (const file of files) {
      if (seen.has(file) || isOurs(file)) continue;
      seen.add(file);
      const source = sourceOfFile(file);
      if (!source) continue;
      yield source;
      next.push(...importedFiles(source).filter((imported) => !imported.includes("/node_modules/")));
    }
    files = next;
  }
}

function choose(
  source: Source,
  infos: readonly FunctionInfo[],
  sites: readonly Place[],
): Located | Ambiguous | undefined {
  if (infos.length === 0) return undefined;
  const own = infos.length === 1 ? infos : withoutTwins(infos);
  const info = own.length === 1 ? own[0] : atCall(source, own, sites);
  return info ? { source, info } : new Ambiguous(own.map(({ node }) => placeOf(source, node.start)));
}

/** One of those that capture the very same variables: they are the same code. */
function withoutTwins(infos: readonly FunctionInfo[]): FunctionInfo[] {
  const different: FunctionInfo[] = [];
  for (const info of infos) if (!different.some((other) => areTwins(info, other))) different.push(info);
  return different;
}

function areTwins(a: FunctionInfo, b: FunctionInfo): boolean {
  if (a.captures.size !== b.captures.size || a.strict !== b.strict) return false;
  return [...a.captures.keys()].every((binding) => b.captures.has(binding));
}

/** The one within the call that is on the stack: the innermost call first, and of calls within calls the smallest. */
function atCall(
  source: Source,
  infos: readonly FunctionInfo[],
  sites: readonly Place[],
): FunctionInfo | undefined {
  for (const { url, line, column } of sites) {
    if (url !== source.url || scriptOf(source)) continue;
    const at = offsetOf(source, line, column);
    const calls = infos.map((info) => callAround(source, info.node, at));
    const sizes = calls.map((call) => (call ? call.end - call.start : Number.POSITIVE_INFINITY));
    const smallest = Math.min(...sizes);
    if (smallest < Number.POSITIVE_INFINITY && sizes.indexOf(smallest) === sizes.lastIndexOf(smallest))
      return infos[sizes.indexOf(smallest)];
  }
  return undefined;
}

/** The smallest call that a function stands in and that contains the position. */
function callAround(source: Source, node: Syntax, at: number): Syntax | undefined {
  for (let around = parentOf(source, node); around; around = parentOf(source, around)) {
    if (/Function/.test(around.type)) return undefined; // the position is in code that runs when that is called
    const isCall = around.type === "CallExpression" || around.type === "NewExpression";
    if (isCall && around.start <= at && at < around.end) return around;
  }
  return undefined;
}
