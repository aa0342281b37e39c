/** Files and scripts of this thread in which functions can be found by their text. */
import { fileURLToPath } from "node:url";
import { asUrl, frames, isOurs, type Place } from "../call-stack.ts";
import { type RebuiltScript, rebuiltScripts } from "../incoming/rebuilt.ts";
import { nodeModule } from "../lazy.ts";
import { compiledText, parse, type Source } from "../source/source.ts";
import { methodEdits } from "../syntax/edits.ts";
import type { FunctionInfo, Syntax } from "../syntax/scopes.ts";

/** A function or class, and where it stands. */
export interface Located {
  readonly source: Source;
  readonly info: FunctionInfo;
}

const files = new Map<string, Source | null>();

/** The file as it was compiled; undefined: it can't be read, or its text can't be told. */
export function sourceOfFile(url: string): Source | undefined {
  let source = files.get(url);
  if (source === undefined) {
    source = null;
    const text = compiledText(url);
    try {
      if (text !== undefined) source = parse({ url, text, lineOffset: 0, columnOffset: 0 });
    } catch {
      // Syntax that the parser doesn't know: then no function is found in it.
    }
    files.set(url, source);
  }
  return source ?? undefined;
}

const scripts = new WeakMap<RebuiltScript, Source>();

/** Shipped code that was compiled here, the newest first. */
export function rebuiltSources(): { script: RebuiltScript; source: Source }[] {
  return rebuiltScripts()
    .map((script) => {
      let source = scripts.get(script);
      if (!source) {
        source = parse({ ...script, strict: script.unit.strict } as never);
        scripts.set(script, source);
        ownScripts.set(source, script);
      }
      return { script, source };
    })
    .reverse();
}

const ownScripts = new WeakMap<Source, RebuiltScript>();

/** The shipped script that a source is of. */
export function scriptOf(source: Source): RebuiltScript | undefined {
  return ownScripts.get(source);
}

const texts = new WeakMap<Source, Map<string, FunctionInfo[]>>();

/** The functions whose text, as `toString` gives it, is this one. */
export function functionsOf(source: Source, text: string): readonly FunctionInfo[] {
  let known = texts.get(source);
  if (!known) {
    texts.set(source, (known = new Map()));
    for (const info of source.functions.values()) {
      const own = source.text.slice(startOf(source, info), info.node.end);
      const same = known.get(own);
      if (same) same.push(info);
      else known.set(own, [info]);
    }
  }
  return known.get(text) ?? [];
}

function startOf(source: Source, { node, member }: FunctionInfo): number {
  return member ? methodEdits(member, source.text).start : node.start;
}

const byNode = new WeakMap<Source, Map<Syntax, FunctionInfo>>();

/** What is known of the function or class that this node is. */
export function infoOf(source: Source, node: Syntax): FunctionInfo | undefined {
  let infos = byNode.get(source);
  if (!infos) {
    infos = new Map([...source.functions.values()].map((info) => [info.node, info]));
    byNode.set(source, infos);
  }
  return infos.get(node);
}

const parents = new WeakMap<Source, Map<Syntax, Syntax>>();

/** The node around another one. */
export function parentOf(source: Source, node: Syntax): Syntax | undefined {
  let around = parents.get(source);
  if (!around) {
    parents.set(source, (around = new Map()));
    const pending = [source.program];
    for (let outer = pending.pop(); outer; outer = pending.pop()) {
      for (const inner of Object.values(outer).flat()) {
        if (typeof (inner as Syntax | null)?.type !== "string") continue;
        around.set(inner, outer);
        pending.push(inner);
      }
    }
  }
  return around.get(node);
}

/** Call sites on the stack, the innermost first. */
export function callSites(): Place[] {
  return frames(50)
    .map((place) => ({ ...place, url: place.url.replace(/\?.*$/, "") }))
    .filter(({ url }) => url.startsWith("file:") && !isOurs(url));
}

/** The files that a file imports or requires by relative paths. */
export function importedFiles(source: Source): string[] {
  const specifiers: string[] = [];
  for (const { source: from } of source.program.body as Syntax[])
    if (typeof from?.value === "string") specifiers.push(from.value);
  for (const [, , specifier] of source.text.matchAll(/\b(require|import)\(\s*["']([^"'\n]+)["']/g))
    specifiers.push(specifier);
  return specifiers.flatMap((specifier) => {
    if (!/^(\.{1,2}\/|\/|file:|#)/.test(specifier)) return [];
    const path = resolveFile(source.url, specifier);
    return path === undefined ? [] : [path];
  });
}

/** The `file:` URL that a specifier in a file leads to. */
export function resolveFile(from: string, specifier: string): string | undefined {
  try {
    if (specifier.startsWith("file:")) return specifier;
    const path = nodeModule().createRequire(fileURLToPath(from)).resolve(specifier);
    return path.startsWith("/") || /^[a-z]:\\/i.test(path) ? asUrl(path) : undefined;
  } catch {
    return undefined;
  }
}
