/** An index of words that is in memory once, and that all threads read. */
import { SharedMap, ThreadPoolExecutor } from "threadkit";
import type { Counts } from "./words.ts";

/** Lookups of each thread, about. */
const LOOKUPS = 250_000;

export interface LookupResult {
  lookups: number;
  milliseconds: number;
  /** Did every thread find every word, with its count? */
  right: boolean;
}

/** @param counts at least one word */
export async function lookUpWords(counts: Counts, threads: number): Promise<LookupResult> {
  await using pool = new ThreadPoolExecutor(threads);
  const index = new SharedMap(counts);
  const rounds = Math.ceil(LOOKUPS / counts.size);

  // This closure runs in other threads. `rounds` is copied to them; `index` is not, however large: it is shared.
  const lookUp = () => {
    const words = [...index.keys()];
    const start = performance.now();
    let sum = 0;
    for (let i = 0; i < rounds; i++) for (const word of words) sum += index.get(word) ?? 0;
    return { sum, milliseconds: performance.now() - start };
  };
  const found = await Promise.all(Array.from({ length: threads }, () => pool.submit(lookUp)));

  const expected = rounds * [...counts.values()].reduce((sum, count) => sum + count, 0);
  return {
    lookups: threads * rounds * counts.size,
    milliseconds: Math.max(...found.map((one) => one.milliseconds)),
    right: found.every(({ sum }) => sum === expected),
  };
}
