/**
 * Strings as cells (`src/shared/text-cell.ts`): making and freeing a block, the same with the string put in, and with
 * it read as well; in nanoseconds, the least of some rounds. Run: `npx tsx bench/micro/text-cell.ts`.
 */
import { allocate, release } from "../../src/memory/allocator.ts";
import { Kind } from "../../src/memory/layout.ts";
import { hashText } from "../../src/shared/hash.ts";
import { isText, openText, packText } from "../../src/shared/text-cell.ts";

const ROUNDS = 15;
const RUNS = 50_000;

function least(body: () => void): string {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    for (let i = 0; i < RUNS; i++) body();
    best = Math.min(best, ((performance.now() - start) * 1e6) / RUNS);
  }
  return best.toFixed(0).padStart(8);
}

console.log(
  "characters".padEnd(24),
  ["block", "pack", "+ open", "compare", "hash"].map((s) => s.padStart(8)).join(""),
);
for (const [name, text] of [
  ["0", ""],
  ["10", "0123456789"],
  ["32", "x".repeat(32)],
  ["100", "x".repeat(100)],
  ["1,000", "x".repeat(1000)],
  ["10 Chinese", "中文中文中文中文中文"],
  ["1,000 Chinese", "中文".repeat(500)],
]) {
  const words = 1 + ((text.length * (/[^\0-\xff]/.test(text) ? 2 : 1) + 3) >>> 2);
  const cell = packText(text);
  let seen = 0;
  const figures = [
    least(() => release(allocate(Kind.String, words))),
    least(() => release(packText(text))),
    least(() => {
      const at = packText(text);
      seen += openText(at).length;
      release(at);
    }),
    least(() => {
      if (isText(cell, text)) seen++;
    }),
    least(() => {
      seen ^= hashText(text, seen, 5);
    }),
  ];
  console.log(name.padEnd(24), figures.join(""), seen === 0.5 ? seen : "");
  release(cell);
}
