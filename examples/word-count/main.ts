/** The job that threads are for: `npm start`, or `npm start -- <folder>`. */
import { availableParallelism } from "node:os";
import { countFiles } from "./count.ts";
import { type CounterResult, countWithLock, countWithoutLock } from "./counter.ts";
import { findFiles, readText } from "./files.ts";
import { lookUpWords } from "./lookup.ts";
import { type Options, readOptions, USAGE } from "./options.ts";
import { ProgressLine } from "./progress.ts";
import { difference, type Tally } from "./tally.ts";

const TOP = 20;

function showCounter(label: string, { counted, expected, milliseconds }: CounterResult): void {
  const lost = counted === expected ? "none lost" : `${number(expected - counted)} lost`;
  console.log(`  ${label}  ${number(counted).padStart(7)}   ${lost} (${milliseconds.toFixed(0)} ms)`);
}

async function timedCount(files: string[], threads: number): Promise<{ tally: Tally; seconds: number }> {
  const label = threads === 1 ? "On 1 thread" : `On ${threads} threads`;
  const progress = new ProgressLine(label, files.length);
  const start = performance.now();
  const tally = await countFiles(files, threads, (done) => progress.show(done));
  const seconds = (performance.now() - start) / 1000;
  progress.clear();
  const speed = tally.bytes / 1e6 / seconds;
  console.log(
    `  ${label.padEnd(14)} ${seconds.toFixed(2).padStart(6)} s  ${speed.toFixed(0).padStart(5)} MB/s`,
  );
  return { tally, seconds };
}

/** Reads every file once, so that the first of the two runs does not pay for the disk. */
function fillDiskCache(files: string[]): void {
  const progress = new ProgressLine("Reading", files.length);
  for (let i = 0; i < files.length; i++) {
    if (i % 256 === 0) progress.show(i);
    try {
      readText(files[i]);
    } catch {} // the count will name it
  }
  progress.clear();
}

function showTop({ counts }: Tally): void {
  const top = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).slice(0, TOP);
  const width = Math.max(0, ...top.map(([, count]) => number(count).length));
  for (const [word, count] of top) console.log(`  ${number(count).padStart(width)}  ${word}`);
}

async function showLookups({ counts }: Tally, threads: number): Promise<void> {
  const { lookups, milliseconds, right } = await lookUpWords(counts, threads);
  if (!right) throw new Error("a thread read a wrong count in the index: this is a bug in threadkit.");
  const speed = (lookups / milliseconds / 1000).toFixed(1);
  console.log(`\nOne index of these ${number(counts.size)} words, which all threads read where it is:`);
  console.log(
    `  ${number(lookups)} lookups by ${threads} threads, ${speed} million/s, nothing copied, all found`,
  );
}

function number(value: number): string {
  return value.toLocaleString("en-US");
}

async function main({ folder }: Options): Promise<void> {
  console.log("Counter: 5 threads, 100,000 increments each, 500,000 expected");
  showCounter("without a lock", countWithoutLock());
  const locked = countWithLock();
  showCounter("with a lock   ", locked);
  if (locked.counted !== locked.expected)
    throw new Error("the lock lost an update: this is a bug in threadkit.");

  const { files, failures } = findFiles(folder);
  console.log(`\nWords of the text files below ${folder} (${number(files.length)} files)`);
  fillDiskCache(files);
  const threads = availableParallelism();
  const one = await timedCount(files, 1);
  const all = await timedCount(files, threads);
  for (const line of [...failures, ...one.tally.failures]) console.error(`skipped ${line}`);
  const differs = difference(one.tally, all.tally);
  if (differs !== undefined) throw new Error(`the two counts differ: ${differs}.`);

  const { texts, bytes, counts } = all.tally;
  const words = [...counts.values()].reduce((sum, count) => sum + count, 0);
  console.log(
    `  Speed-up       ${(one.seconds / all.seconds).toFixed(2).padStart(6)}    both counts are equal`,
  );
  console.log(`\n${number(texts)} text files, ${number(Math.round(bytes / 1e6))} MB`);
  console.log(`${number(words)} words, ${number(counts.size)} distinct. The ${TOP} most frequent:`);
  showTop(all.tally);
  if (counts.size > 0) await showLookups(all.tally, threads);
}

// `npm start | head` closes our output early: that is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) console.log(USAGE);
  else await main(options);
} catch (error) {
  console.error(`word-count: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
