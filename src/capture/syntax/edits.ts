/** Changes to shipped text. All of them keep its length and line ends, so that stacks point at the original. */
import type { Syntax } from "./scopes.ts";

/** A range of the source and what takes its place. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** `source[start…end]` with the edits made, each padded to the length of what it replaces. */
export function edited(source: string, start: number, end: number, edits: readonly Edit[]): string {
  let out = "";
  let at = start;
  for (const edit of [...edits].sort((a, b) => a.start - b.start)) {
    const blank = source.slice(edit.start, edit.end).replace(/[^\r\n\u2028\u2029]/g, " ");
    out += source.slice(at, edit.start) + edit.text + blank.slice(edit.text.length);
    at = edit.end;
  }
  return out + source.slice(at, end);
}

/**
 * Initialisers of public static fields, and the whole field where the key is computed: they ran once and their
 * results travel, for a second `new Lock()` would be another lock. The semicolon keeps `static x = 1` and a
 * following `[key] = 2` apart.
 */
export function staticFields(node: Syntax): Edit[] {
  return node.body.body
    .filter((m: Syntax) => m.type === "PropertyDefinition" && m.static && m.key.type !== "PrivateIdentifier")
    .filter((m: Syntax) => m.computed || m.value)
    .map(({ start, key, computed, end }: Syntax) => ({ start: computed ? start : key.end, end, text: ";" }));
}

/** A short name in place of the expression that a class extends: its value travels, for a second call makes another. */
export function baseEdit(
  { start: from, end: to, superClass }: Syntax,
  source: string,
): Edit & { name: string } {
  const { start, end } = superClass;
  const text = source.slice(from, to);
  let name = "$b";
  for (let i = 0; text.includes(name); i++) name = `$${i.toString(36)}`;
  const space = /\w/.test(source[start - 1]) ? " " : ""; // compilers write `extends(0, f)()`
  return { start, end, text: space + name, name };
}

/**
 * A method taken as a function stands in an object literal: `static` goes, a computed key is not evaluated again,
 * and a private name becomes a public one.
 */
export function methodEdits(member: Syntax, source: string): { start: number; edits: Edit[] } {
  const { key, computed } = member;
  let { start } = member;
  if (member.static) start += /^static(?:\s|\/\*[\s\S]*?\*\/|\/\/.*\n)*/.exec(source.slice(start))![0].length;
  if (computed) {
    const open = source.lastIndexOf("[", key.start - 1);
    return { start, edits: [{ start: open, end: source.indexOf("]", key.end) + 1, text: "[0]" }] };
  }
  const edits = key.type === "PrivateIdentifier" ? [{ start: key.start, end: key.start + 1, text: "$" }] : [];
  return { start, edits };
}

/** A name that fits in the place of `import`. */
export function importerName(text: string): string {
  let name = "$imp";
  for (let i = 0; text.includes(name); i++) name = `$${i.toString(36)}`;
  return name;
}

/** A name of the length of `import.meta` that the text does not use. */
export function metaName(text: string): string {
  let name = "import_meta";
  for (let i = 0; text.includes(name); i++) name = `imp_meta${String(i).padStart(3, "0")}`;
  return name;
}
