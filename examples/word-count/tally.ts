/** What one thread counted, and how it gets out of the thread. */
import type { Counts } from "./words.ts";

export interface Tally {
  texts: number;
  bytes: number;
  counts: Counts;
  /** Files that could not be read, one line each. */
  failures: string[];
}

export function emptyTally(): Tally {
  return { texts: 0, bytes: 0, counts: new Map(), failures: [] };
}

/** Address space for a result. Memory is taken for what a tally needs, when the buffer grows to it. */
const LARGEST_RESULT = 1024 ** 3;

/** Shared memory for one tally. It crosses to the thread by reference. */
export function resultBuffer(): SharedArrayBuffer {
  return new SharedArrayBuffer(0, { maxByteLength: LARGEST_RESULT });
}

/** In the thread: the tally as JSON. The buffer grows to its very length. */
export function writeResult(tally: Tally, result: SharedArrayBuffer): void {
  const json = Buffer.from(JSON.stringify({ ...tally, counts: [...tally.counts] }));
  result.grow(json.length);
  new Uint8Array(result).set(json);
}

/** In the caller, after the join: adds what the thread wrote to `total`. */
export function addResult(result: SharedArrayBuffer, total: Tally): void {
  const { texts, bytes, counts, failures } = JSON.parse(Buffer.from(result).toString());
  total.texts += texts;
  total.bytes += bytes;
  total.failures.push(...failures);
  for (const [word, count] of counts) total.counts.set(word, (total.counts.get(word) ?? 0) + count);
}

/** In which way two tallies differ; undefined if they are equal. */
export function difference(a: Tally, b: Tally): string | undefined {
  if (a.texts !== b.texts) return `${a.texts} text files against ${b.texts}`;
  if (a.bytes !== b.bytes) return `${a.bytes} bytes against ${b.bytes}`;
  if (a.counts.size !== b.counts.size) return `${a.counts.size} distinct words against ${b.counts.size}`;
  for (const [word, count] of a.counts) {
    if (b.counts.get(word) !== count) return `"${word}" ${count} times against ${b.counts.get(word) ?? 0}`;
  }
  return undefined;
}
