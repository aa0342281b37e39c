/**
 * Where the words of a compiled text came from. Bun's transpiler gives no source map; it drops types and comments and
 * lays the rest out anew, so that the words which are left come in the order of the original.
 */

interface Word {
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

/** Words in a row that are taken for the same place, where they stand once in both texts. */
const ROW = 3;
/** The word after the next must come soon behind it: else a name in a type would be taken for one in code. */
const NEAR = 40;

/** The compiled text with a source map at its end, which leads to the original. */
export function withSourceMap(compiled: string, original: string, file: string): string {
  const lines: number[][][] = compiled.split("\n").map(() => []);
  const from = wordsOf(original);
  const to = wordsOf(compiled);
  let at = 0;
  let end = 0; // of the gap between two anchors
  const sure = anchors(from, to);
  for (let i = 0; i < to.length; i++) {
    if (i >= end) for (end = i; end < to.length && !sure.has(end); ) end++;
    const limit = sure.get(end) ?? from.length;
    const found = sure.get(i) ?? matchOf(from, at, limit, to[i].text, to[i + 1]?.text);
    if (i === end) end = 0;
    if (found < 0) continue;
    lines[to[i].line].push([to[i].column, from[found].line, from[found].column]);
    at = found + 1;
  }
  const map = JSON.stringify({ version: 3, sources: [file], names: [], mappings: mappingsOf(lines) });
  const base64 = Buffer.from(map).toString("base64");
  return `${compiled}\n//# sourceMappingURL=data:application/json;base64,${base64}`;
}

/** Words of the compiled text whose place in the original is beyond doubt, in the order of both. */
function anchors(from: readonly Word[], to: readonly Word[]): Map<number, number> {
  const there = rows(from);
  const pairs: [to: number, from: number][] = [];
  for (const [row, i] of rows(to)) {
    const j = there.get(row);
    if (i >= 0 && j !== undefined && j >= 0) pairs.push([i, j]);
  }
  pairs.sort(([a], [b]) => a - b);
  return new Map(increasing(pairs));
}

/** By a row of words where it begins; -1: in more than one place. */
function rows(words: readonly Word[]): Map<string, number> {
  const found = new Map<string, number>();
  for (let i = 0; i + ROW <= words.length; i++) {
    const row = Array.from({ length: ROW }, (_, k) => words[i + k].text).join(" ");
    found.set(row, found.has(row) ? -1 : i);
  }
  return found;
}

/** The most pairs that can be kept so that the second numbers increase like the first. */
function increasing(pairs: readonly [number, number][]): [number, number][] {
  const tails: number[] = []; // by length: the pair with the smallest end
  const before: number[] = [];
  pairs.forEach(([, value], i) => {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (pairs[tails[middle]][1] < value) low = middle + 1;
      else high = middle;
    }
    before[i] = low > 0 ? tails[low - 1] : -1;
    tails[low] = i;
  });
  const kept: [number, number][] = [];
  for (let i = tails.at(-1) ?? -1; i >= 0; i = before[i]) kept.push(pairs[i]);
  return kept.reverse();
}

function matchOf(
  words: readonly Word[],
  at: number,
  end: number,
  text: string,
  next: string | undefined,
): number {
  for (let i = at; i < end; i++) {
    if (words[i].text !== text) continue;
    if (next === undefined) return i;
    const last = Math.min(words.length, i + NEAR);
    for (let j = i + 1; j < last; j++) if (words[j].text === next) return i;
  }
  return -1;
}

function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  let line = 0;
  let start = 0;
  for (const { 0: token, index } of text.matchAll(
    /\n|\/\/.*|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|[\w$]+/g,
  )) {
    if (/^[\w$]/.test(token)) words.push({ text: token, line, column: index - start });
    for (let end = token.indexOf("\n"); end >= 0; end = token.indexOf("\n", end + 1)) {
      line++;
      start = index + end + 1;
    }
  }
  return words;
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function vlq(value: number): string {
  let rest = value < 0 ? (-value << 1) | 1 : value << 1;
  let out = "";
  do {
    const digit = rest & 31;
    rest >>>= 5;
    out += DIGITS[rest > 0 ? digit | 32 : digit];
  } while (rest > 0);
  return out;
}

function mappingsOf(lines: readonly (readonly (readonly number[])[])[]): string {
  let [line, column] = [0, 0];
  return lines
    .map((segments) => {
      let last = 0;
      return segments
        .map(([generated, fromLine, fromColumn]) => {
          const text = vlq(generated - last) + vlq(0) + vlq(fromLine - line) + vlq(fromColumn - column);
          [last, line, column] = [generated, fromLine, fromColumn];
          return text;
        })
        .join();
    })
    .join(";");
}
