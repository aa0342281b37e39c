/**
 * From a script's id to its text and analysis. The text must be what V8 compiled, to the character: the file on
 * disk (with types stripped) where it matches the function at its position, else what the inspector hands out.
 */
import { fileURLToPath } from "node:url";
import { compiles } from "#host";
import { CaptureError } from "../../errors/errors.ts";
import type { Reference } from "../../transfer/boundary.ts";
import { asUrl, frames } from "../call-stack.ts";
import { type RebuiltScript, rebuiltScripts } from "../incoming/rebuilt.ts";
import { acorn, fs, nodeModule, silently, util } from "../lazy.ts";
import { analyze } from "../syntax/analyze.ts";
import { exportedClasses } from "../syntax/exports.ts";
import type { FunctionInfo, Scope, Syntax } from "../syntax/scopes.ts";
import { tools } from "../tools.ts";
import { offsetOf, type PlacedText } from "./lines.ts";
import { isCommonJs } from "./module-kind.ts";
import { type Peek, scriptText } from "./peek.ts";

/** One script of this thread, parsed. */
export interface Source extends PlacedText {
  /** `require`, `module`, `exports`, `__filename` and `__dirname` are the module's own. */
  readonly isCommonJs: boolean;
  readonly program: Syntax;
  readonly root: Scope;
  readonly shorthand: ReadonlySet<Syntax>;
  /** The classes among its exports, with their names there. */
  readonly exported: ReadonlyMap<Syntax, string>;
  /** By the offset at which V8 says that the function stands. */
  readonly functions: ReadonlyMap<number, FunctionInfo>;
  /** Names of a script rebuilt from shipped code that are looked up in every thread. */
  readonly references?: ReadonlyMap<string, Reference>;
}

const sources = new Map<string, Source>();

/** Parsed scripts that are kept: more than a program has files, fewer than `new Function` in a loop makes. */
const MOST_SCRIPTS = 5000;

/** The script that a function was found in; undefined if that is one of Node's own. */
export function sourceOf(peeked: Peek, fn: (...args: never[]) => unknown): Source | undefined {
  let source = sources.get(peeked.scriptId);
  if (!source) {
    const found = findText(peeked, Function.prototype.toString.call(fn));
    if (!found) return undefined;
    source = parse(found);
    if (sources.size >= MOST_SCRIPTS) sources.delete(sources.keys().next().value!);
    sources.set(peeked.scriptId, source);
  }
  return source;
}

/** Is the script known already? */
export function hasSource(scriptId: string): boolean {
  return sources.has(scriptId);
}

/** A text that is to be parsed. */
interface Found extends PlacedText {
  readonly references?: ReadonlyMap<string, Reference>;
  readonly strict?: boolean;
}

function findText(peeked: Peek, fnText: string): Found | undefined {
  const rebuilt = rebuiltScripts().filter((script) => standsAt(script, peeked, fnText));
  if (rebuilt.length > 0 && rebuilt.every(({ url }) => url === rebuilt[0].url)) {
    const script = oneOf(rebuilt, peeked.scriptId);
    return { ...script, strict: script.unit.strict };
  }
  for (const url of likelyFiles(peeked.scriptId)) {
    const text = compiledText(url);
    if (text === undefined) continue;
    const placed = { url, text, lineOffset: 0, columnOffset: 0 };
    if (standsAt(placed, peeked, fnText)) return placed;
  }
  const found = scriptText(peeked.scriptId);
  if (found.url.startsWith("node:")) return undefined;
  return { ...found, url: asUrl(found.url) };
}

/** A function may have been shipped by itself, and within another one: then both scripts have it at its place. */
function oneOf(rebuilt: readonly RebuiltScript[], scriptId: string): RebuiltScript {
  if (rebuilt.every(({ text }) => text === rebuilt[0].text)) return rebuilt[0];
  const compiled = scriptText(scriptId).text;
  return rebuilt.find(({ text }) => text === compiled) ?? rebuilt[0];
}

/** Cheap proof that a text is the compiled one: the function's own text at the function's own position. */
function standsAt(placed: PlacedText, { line, column }: Peek, fnText: string): boolean {
  const at = offsetOf(placed, line, column);
  if (at < 0) return false;
  if (placed.text.startsWith(fnText, at)) return true;
  for (let paren = fnText.indexOf("("); paren >= 0; paren = fnText.indexOf("(", paren + 1)) {
    if (paren <= at && placed.text.startsWith(fnText, at - paren)) return true;
  }
  return false;
}

/** The script's own file if it is on the stack and the engine can tell; else every file on the stack. */
function likelyFiles(scriptId: string): string[] {
  const { getCallSites } = util();
  if (getCallSites) {
    const sites = getCallSites(100, { sourceMap: false });
    if (sites.some((site) => site.scriptId !== undefined)) {
      return sites
        .filter((site) => site.scriptId === scriptId)
        .slice(0, 1)
        .map((site) => asUrl(site.scriptName));
    }
  }
  return [...new Set(frames(30).map(({ url }) => url))];
}

/** The text of a file as the engine compiled it, if that can be told from the file. */
export function compiledText(url: string): string | undefined {
  if (!url.startsWith("file:")) return undefined;
  try {
    const path = fileURLToPath(url);
    const compiled = compiles() ? tools().compiledText(path) : undefined;
    if (compiled !== undefined) return compiled;
    const text = fs()
      .readFileSync(path, "utf8")
      .replace(/^\uFEFF/, "");
    if (!/\.[cm]?ts$/.test(path)) return text;
    const { stripTypeScriptTypes } = nodeModule();
    return stripTypeScriptTypes && silently(() => stripTypeScriptTypes(text));
  } catch {
    return undefined; // Not readable, or not erasable: the inspector has what was compiled.
  }
}

export function parse(found: Found): Source {
  const { text, url, references } = found;
  const options = {
    ecmaVersion: "latest",
    allowHashBang: true,
    allowAwaitOutsideFunction: true,
    allowReturnOutsideFunction: true,
    allowSuperOutsideMethod: true,
    checkPrivateFields: false,
  } as const;
  let program: Syntax | undefined;
  let failure: unknown;
  if (!references) {
    try {
      program = acorn().parse(text, { ...options, sourceType: "module" });
    } catch (error) {
      failure = error;
    }
  }
  const commonJs = references !== undefined || isCommonJs(url, program);
  if (!program || commonJs) {
    try {
      program = acorn().parse(text, { ...options, sourceType: "script", allowAwaitOutsideFunction: false });
    } catch (error) {
      failure ??= error;
    }
  }
  if (!program) {
    throw new CaptureError(
      `cannot read ${url}: ${(failure as Error).message}. Move what the thread runs to a file of its own.`,
    );
  }
  const analysis = analyze(program, found.strict ?? !commonJs);
  const functions = new Map<number, FunctionInfo>();
  for (const info of analysis.functions) {
    if (info.member?.kind !== "constructor") functions.set(positionAt(info, text), info);
  }
  const exported = exportedClasses(program);
  const isModuleOfNode = commonJs && references === undefined;
  return { ...found, ...analysis, program, functions, exported, isCommonJs: isModuleOfNode };
}

/** Where V8 says that it is: arrows at their first character, the rest at `(`, classes at their constructor's. */
function positionAt({ node, isArrow, isClass }: FunctionInfo, text: string): number {
  const constructor = isClass && node.body.body.find((m: Syntax) => m.kind === "constructor")?.value;
  if (isArrow || (isClass && !constructor)) return node.start;
  let at: number = constructor ? constructor.start : node.id ? node.id.end : node.start;
  while (text[at] !== "(") {
    if (text.startsWith("/*", at)) at = text.indexOf("*/", at) + 2;
    else if (text.startsWith("//", at)) at = text.indexOf("\n", at) + 1;
    else at++;
  }
  return at;
}
