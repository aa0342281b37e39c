/** A contender's side: it takes one sample for each line on standard input and prints one number for each. */
import { createInterface } from "node:readline";

export async function serve(sample: () => number | Promise<number>): Promise<void> {
  for await (const _ of createInterface({ input: process.stdin })) console.log(await sample());
  process.exit(0);
}

/** Nanoseconds for each of `count` rounds of `body`. */
export function perRound(count: number, body: (count: number) => void): number {
  const start = performance.now();
  body(count);
  return ((performance.now() - start) * 1e6) / count;
}
