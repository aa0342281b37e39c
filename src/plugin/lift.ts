/**
 * Lifts the functions of a module that threads are to run: beside each it leaves how to read what it captures, and it
 * writes their code into a slice. See capture/lifted.ts for what comes out. Every tool's plugin calls this.
 */
import type MagicString from "magic-string";
import type { Bundle } from "magic-string";
import { functionCalled } from "../capture/refuse.ts";
import type { Syntax } from "../capture/syntax/scopes.ts";
import { locateIn } from "./locate.ts";
import { errorClasses, importedAs, Module } from "./module.ts";
import { Reach } from "./reach.ts";
import { findRoots } from "./roots.ts";
import { Writer } from "./text.ts";
import { describeOwn, type Foreign, formOf, type Locate, type Own } from "./unit.ts";

export interface LiftOptions {
  /** The module as people name it: a path from the root of the project. */
  readonly file: string;
  /** Names of further functions and methods whose arguments go to threads. */
  readonly functions?: readonly string[];
  /** Where an offset of the text stood in the file that the user wrote; one-based. Default: there. */
  readonly locate?: Locate;
}

export interface LiftedText {
  /** The module's new text; `url`: an expression for the URL of the slice. */
  main(url: string): MagicString;
  /** The slice; `file`: the module's name in its source map. Undefined: the module hands nothing to threads. */
  readonly slice: ((file: string) => Bundle) | undefined;
  /** Functions that can't run elsewhere, and are handed to threads for certain. */
  readonly errors: readonly { readonly message: string; readonly offset: number }[];
}

/** May a text hand functions to threads? Most need no parser. */
export function mayLift(text: string, functions: readonly string[] = []): boolean {
  return (
    /threadkit|\bextends\s+\w*Error\b|\.submit\s*\(|(pool|executor)\w*\.map\s*\(/i.test(text) ||
    functions.some((name) => text.includes(name))
  );
}

/** undefined: the module stays as it is. */
export function lift(text: string, program: Syntax, options: LiftOptions): LiftedText | undefined {
  const module = new Module(text, program);
  if (module.isCommonJs()) return undefined;
  const reach = new Reach(module);
  for (const { value, certain } of findRoots(module, new Set(options.functions))) reach.value(value, certain);
  const locate = options.locate ?? locateIn(text);
  const own: Own[] = [];
  for (const [node, certain] of [...reach.functions].sort(([a], [b]) => a.start - b.start)) {
    const info = module.infos.get(node);
    const form = info && formOf(module, info);
    if (form) own.push(describeOwn(module, info, form, own.length, certain, options.file, locate));
  }
  const foreign = foreignUnits(module, reach.foreign, own.length, options.file, locate);
  const named = errorClasses(module).map((node) => {
    const { line, column } = locate(node.start);
    return { node, id: `${options.file}:${line}:${column}` };
  });
  const isEmpty = own.length + foreign.length === 0;
  if (isEmpty && named.length === 0) return undefined;
  const writer = new Writer(module, own, foreign, named);
  return {
    main: (url) => writer.main(url),
    slice: isEmpty ? undefined : (file) => writer.slice(file),
    errors: own.flatMap(({ certainly, node, told }) => {
      if (!certainly) return [];
      const [thing, fact, advice] = certainly;
      const place = `${told.file}:${told.line + 1}:${told.column + 1}`;
      const what = functionCalled(told.name);
      return [
        {
          message: `cannot send ${thing} to a thread: ${fact}. ${advice}.\n  in ${what} (${place})`,
          offset: node.start,
        },
      ];
    }),
  };
}

function foreignUnits(
  module: Module,
  sites: Iterable<Syntax>,
  from: number,
  file: string,
  locate: Locate,
): Foreign[] {
  const units = new Map<string, Foreign>();
  for (const site of sites) {
    const text = module.text.slice(site.start, site.end);
    let root = site;
    while (root.type === "MemberExpression") root = root.object;
    const binding = module.bindingOf(root)!;
    const key = `${text} ${binding.scope === module.analysis.root}`;
    let unit = units.get(key);
    if (!unit) {
      const { line, column } = locate(site.start);
      const told = {
        file,
        line: line - 1,
        column: column - 1,
        names: [],
        at: [],
      };
      const import_ = { name: root.name as string, origin: importedAs(binding)!, reads: [] };
      unit = { index: from + units.size, text, root: import_, sites: [], told };
      units.set(key, unit);
    }
    unit.sites.push(site);
  }
  return [...units.values()];
}
