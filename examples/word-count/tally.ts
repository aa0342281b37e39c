/** What one task counted. */
import type { Counts } from "./words.ts";

export interface Tally {
  files: number;
  /** Those that are text. */
  texts: number;
  bytes: number;
  counts: Counts;
  /** Files that could not be read, one line each. */
  failures: string[];
}

export function emptyTally(): Tally {
  return { files: 0, texts: 0, bytes: 0, counts: new Map(), failures: [] };
}

/** Adds `part` to `total`. */
export function addTally(part: Tally, total: Tally): void {
  total.files += part.files;
  total.texts += part.texts;
  total.bytes += part.bytes;
  total.failures.push(...part.failures);
  for (const [word, count] of part.counts) total.counts.set(word, (total.counts.get(word) ?? 0) + count);
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
