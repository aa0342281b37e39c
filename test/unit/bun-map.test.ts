/** Places in a text that was compiled without a source map are found in the original. */
import assert from "node:assert/strict";
import { SourceMap } from "node:module";
import { test } from "node:test";
import { transformSync } from "esbuild";
import { withSourceMap } from "../../src/host/bun-map.ts";

const original = `/** A comment with the word throw and return. */
import { readFile } from "node:fs";

interface Options {
  readonly marker: number;
  load(): Promise<void>;
}

type Loader<T> = (options: Options) => T;

const options: Options = { marker: 1, load: async () => {} };
function marked(given: Options, loader?: Loader<string>): string {
  // throw nothing here
  if (loader === undefined) throw new Error("first place");

  return loader(given);
}

enum Size {
  Small,
  Large = "large",
}

class Store<K extends string> {
  private readonly map = new Map<K, number>();

  read(key: K): number | undefined {
    const found = this.map.get(key) as number;
    if (found === 7) throw new TypeError("second place");
    return found;
  }
}

export const last = (): never => {
  throw new RangeError("third place");
};

// What is compiled of the enum has words that stand far behind it, too.
export var size = Size.Small as Size | undefined;
export const filler = (options: Options) => [options.marker, options.load(), last, size];
`;

test("words of compiled text lead to the same words of the original", () => {
  const { code } = transformSync(original, { loader: "ts", target: "esnext" });
  const text = withSourceMap(code, original, "file:///a.ts");
  const base64 = /base64,(.*)$/.exec(text)![1];
  const map = new SourceMap(JSON.parse(Buffer.from(base64, "base64").toString()));
  const from = original.split("\n");
  const to = code.split("\n");
  for (const mark of [
    "first place",
    "second place",
    "third place",
    "filler",
    "loader(given)",
    "const found",
  ]) {
    const line = to.findIndex((each) => each.includes(mark));
    assert.ok(line >= 0, `${mark} in ${code}`);
    const column = to[line].search(/\b(throw|return|const)\b/);
    const entry = map.findEntry(line, column) as { originalLine: number; originalColumn: number };
    const expected = from.findIndex((each) => each.includes(mark));
    assert.equal(entry.originalLine, expected, mark);
    assert.equal(entry.originalColumn, from[expected].search(/\b(throw|return|const)\b/), mark);
  }
});
