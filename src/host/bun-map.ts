/**
 * Where the words of a compiled text came from. Bun's transpiler gives no source map; it drops types and comments and
 * lays the rest out anew, so that the words which are left come in the order of the original.
 */

interface Word {
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

/** Words of the original that may have been dropped between two that were kept. */
const WINDOW = 400;
/** The word after the next must come soon behind it: else a name in a type would be taken for one in code. */
const NEAR = 40;

/** The compiled text with a source map at its end, which leads to the original. */
export function withSourceMap(compiled: string, original: string, file: string): string {
  const lines: number[][][] = compiled.split("\n").map(() => []);
  const from = wordsOf(original);
  const to = wordsOf(compiled);
  let at = 0;
  for (let i = 0; i < to.length; i++) {
    const found = matchOf(from, at, to[i].text, to[i + 1]?.text);
    if (found < 0) continue;
    lines[to[i].line].push([to[i].column, from[found].line, from[found].column]);
    at = found + 1;
  }
  const map = JSON.stringify({ version: 3, sources: [file], names: [], mappings: mappingsOf(lines) });
  const base64 = Buffer.from(map).toString("base64");
  return `${compiled}\n//# sourceMappingURL=data:application/json;base64,${base64}`;
}

function matchOf(words: readonly Word[], at: number, text: string, next: string | undefined): number {
  const end = Math.min(words.length, at + WINDOW);
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
