/**
 * Coverage as Node collects it (NODE_V8_COVERAGE): what ran in threads counts for the files in which it stands.
 *
 * Shipped code is compiled under names of its own, for its offsets are not those of the file. Before a thread ends, and
 * before the process does, its coverage is written, and what it says of shipped code is translated to the file.
 */
import type { SourceMap } from "node:module";
import { add, load } from "#atomics";
import { allocate, eachBlock } from "../../memory/allocator.ts";
import { words } from "../../memory/arena.ts";
import { Kind } from "../../memory/layout.ts";
import { waitWord, wakeWord } from "../../parking/word.ts";
import { wakeForCollecting } from "../coverage.ts";
import { type RebuiltScript, rebuiltScripts } from "../incoming/rebuilt.ts";
import { fs, nodeModule, runtime } from "../lazy.ts";
import type { PlacedText } from "../source/lines.ts";

/** Milliseconds that the end of the process waits for threads; one that is blocked or at work does not answer. */
const PATIENCE = 3000;
const FOLDER = runtime().env.NODE_V8_COVERAGE!;
const CHANNEL = "threadkit.coverage";

interface Range {
  startOffset: number;
  endOffset: number;
}
interface ScriptCoverage {
  url: string;
  functions: { ranges: Range[] }[];
}

const workers = () => runtime().getBuiltinModule("node:worker_threads");

let isReady = false;
/** It must not be collected. */
const kept: unknown[] = [];
/** In the thread that ships code: sees to it that the others write theirs before the process ends. */
function collectAtExit(): void {
  if (isReady) return;
  isReady = true;
  if (workers().isMainThread) runtime().prependListener("exit", collect);
}

function collect(): void {
  wakeForCollecting();
  const asked = allocate(Kind.Text, 1);
  words[asked] = 0;
  const channel = new (workers().BroadcastChannel)(CHANNEL);
  channel.postMessage(asked);
  let others = -1;
  eachBlock((_, kind) => void (kind === Kind.Realm && others++));
  const end = performance.now() + PATIENCE;
  for (let done = 0; done < others && performance.now() < end; done = load(words, asked))
    waitWord(asked, done, 10);
  channel.close();
  rewrite(() => true);
  addMaps();
}

/** `node --test` looks for the source map of a file in the file of each thread, and threads don't know it. */
function addMaps(): void {
  for (const path of coverageFiles()) {
    const text = fs().readFileSync(path, "utf8");
    const urls = [...text.matchAll(/"url":"(file:[^"]+)"/g)].map(([, url]) => url);
    const mapped = urls.filter((url) => nodeModule().findSourceMap(url) !== undefined);
    if (mapped.length === 0) continue;
    const coverage = JSON.parse(text) as { "source-map-cache"?: Record<string, object> };
    const maps = (coverage["source-map-cache"] ??= {});
    for (const url of mapped) {
      const { payload, lineLengths } = nodeModule().findSourceMap(url) as SourceMap & {
        lineLengths?: number[];
      };
      maps[url] ??= { lineLengths, data: payload, url: null };
    }
    fs().writeFileSync(path, JSON.stringify(coverage));
  }
}

/** In a thread: writes its coverage when it is asked to, and when it ends. */
export function joinCoverage(): void {
  const channel = new (workers().BroadcastChannel)(CHANNEL);
  channel.onmessage = (event) => {
    flush();
    const { data } = event as { data: number };
    add(words, data, 1);
    wakeWord(data);
  };
  kept.push(channel);
  channel.unref();
  runtime().on("exit", flush);
}

function flush(): void {
  runtime().getBuiltinModule("node:v8").takeCoverage();
  rewrite((file) => file.endsWith(`-${workers().threadId}.json`));
}

/** Translates what coverage files of this process say of shipped code, and drops what can't be. */
function rewrite(isOwn: (file: string) => boolean): void {
  for (const path of coverageFiles()) {
    if (!isOwn(path)) continue;
    const text = fs().readFileSync(path, "utf8");
    if (!text.includes("?thread")) continue;
    const coverage = JSON.parse(text) as { result: ScriptCoverage[] };
    coverage.result = coverage.result.flatMap(translated);
    fs().writeFileSync(path, JSON.stringify(coverage));
  }
}

/** What this process has written so far. */
function coverageFiles(): string[] {
  if (!fs().existsSync(FOLDER)) return [];
  const own = fs()
    .readdirSync(FOLDER)
    .filter((file) => file.startsWith(`coverage-${runtime().pid}-`));
  return own.map((file) => `${FOLDER}/${file}`);
}

function translated(found: ScriptCoverage): ScriptCoverage[] {
  const [url, index] = found.url.split(/\?thread=?/);
  if (index === undefined) return [found];
  const script = index === "" ? undefined : rebuiltScripts()[Number(index)];
  if (script?.unit.offset === undefined) return [];
  const length = script.head + script.unit.text.length + grown(script);
  const functions = found.functions.filter(
    ({ ranges: [{ startOffset, endOffset }] }) => startOffset >= script.head && endOffset <= length,
  );
  for (const { ranges } of functions)
    for (const range of ranges) {
      range.startOffset = originalOffset(script, range.startOffset)!;
      range.endOffset = originalOffset(script, range.endOffset)!;
    }
  return functions.length > 0 ? [{ ...found, url, functions }] : [];
}

function grown({ grows }: RebuiltScript): number {
  return grows.reduce((sum, [, by]) => sum + by, 0);
}

/** Where a place of a text that is to be shipped stands in its file; undefined where that can't be told. */
export function offsetInFile(source: PlacedText, start: number): number | undefined {
  collectAtExit();
  if ("unit" in source) return originalOffset(source as RebuiltScript, start);
  return source.lineOffset === 0 && source.columnOffset === 0 ? start : undefined;
}

/** The offset in the original file of one in a script of shipped code. */
function originalOffset({ head, unit, grows }: RebuiltScript, offset: number): number | undefined {
  if (unit.offset === undefined) return undefined;
  let original = offset - head;
  for (const [from, by] of grows) if (offset - head >= from + by) original -= by;
  return unit.offset + original;
}
