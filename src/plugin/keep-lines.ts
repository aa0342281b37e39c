/**
 * Puts the statements of compiled text back into the lines in which they were written. Bun takes no source map of what a
 * plugin hands it, so the stacks of a program that it runs name the lines of that text.
 */
import { parse } from "acorn";
import type { Syntax } from "../capture/syntax/scopes.ts";
import { locateIn } from "./locate.ts";
import type { Locate } from "./unit.ts";

/** `locate`: where an offset of the text stood, one-based. */
export function keepLines(text: string, locate: Locate): string {
  const here = locateIn(text);
  let out = "";
  let last = 0;
  let added = 0;
  for (const start of statements(text)) {
    const { line } = here(start);
    const missing = locate(start).line - line - added;
    const isFirst = /(^|\n)[ \t]*$/.test(text.slice(last, start));
    if (missing <= 0 || !isFirst) continue;
    out += text.slice(last, start) + "\n".repeat(missing);
    last = start;
    added += missing;
  }
  return out + text.slice(last);
}

/** Where a line may begin: never within a text or behind a `return`. */
function statements(text: string): number[] {
  const starts: number[] = [];
  const walk = (node: Syntax): void => {
    for (const key in node) {
      const value = node[key];
      if (Array.isArray(value)) {
        for (const item of value) {
          if (typeof item?.type !== "string") continue;
          if (key === "body" || key === "consequent") starts.push(item.start);
          walk(item);
        }
      } else if (typeof value?.type === "string") walk(value);
    }
  };
  walk(parse(text, { ecmaVersion: "latest", sourceType: "module" }) as unknown as Syntax);
  return starts.sort((a, b) => a - b);
}
