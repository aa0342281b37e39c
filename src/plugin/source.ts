/** The lift for tools that hand out no parser of their own: acorn, which the package has already. */
import { type Node, parse } from "acorn";
import type { Syntax } from "../capture/syntax/scopes.ts";
import { type LiftedText, type LiftOptions, lift, mayLift } from "./lift.ts";
import { locateThrough } from "./locate.ts";

/** `before`: the source map of what made the text JavaScript. */
export function liftSource(text: string, options: LiftOptions, before?: unknown): LiftedText | undefined {
  if (!mayLift(text, options.functions)) return undefined;
  let program: Node;
  try {
    program = parse(text, { ecmaVersion: "latest", sourceType: "module" });
  } catch {
    return undefined; // the tool itself says what is wrong with it
  }
  return lift(text, program as unknown as Syntax, {
    ...options,
    locate: before ? locateThrough(text, before) : options.locate,
  });
}

/** A text with its source map in its last line. */
export function withMap(text: string, map: unknown): string {
  const { toString } = map as { toString(): string };
  const json = JSON.stringify(typeof map === "object" ? map : JSON.parse(toString.call(map)));
  return `${text}\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(json).toString("base64")}\n`;
}

const MAP = /\n?\/\/# sourceMappingURL=data:application\/json[^,]*;base64,([\w+/=]+)\s*$/;

/** The source map in a text's last line, and the text without it. */
export function splitMap(text: string): { text: string; map: { sources: string[] } | undefined } {
  const found = MAP.exec(text);
  if (!found) return { text, map: undefined };
  try {
    const map = JSON.parse(Buffer.from(found[1], "base64").toString());
    return { text: text.slice(0, found.index), map };
  } catch {
    return { text, map: undefined };
  }
}
