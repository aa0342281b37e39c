/** What the lift knows of one function, class or foreign function. */
import { type Reason, textReason } from "../capture/outgoing/check.ts";
import { isItself, mustBeDefined } from "../capture/syntax/bindings.ts";
import { type Edit, staticFields } from "../capture/syntax/edits.ts";
import { pathToChanged, UNKNOWN } from "../capture/syntax/mutations.ts";
import type { Capture, FunctionInfo, ImportOrigin, Syntax } from "../capture/syntax/scopes.ts";
import type { LiftedUnit } from "../transfer/boundary.ts";
import { importedAs, keyOf, type Module, nameFor } from "./module.ts";

/** How it stands in the module: as an expression, a method shorthand, or a declaration. */
export type Form = "expression" | "method" | "function" | "class";

export interface Import {
  readonly name: string;
  readonly origin: ImportOrigin;
  /** Where it is read. */
  readonly reads: readonly Syntax[];
}

export interface Own {
  readonly index: number;
  readonly node: Syntax;
  readonly form: Form;
  readonly info: FunctionInfo;
  readonly names: readonly string[];
  readonly imports: readonly Import[];
  /** Parts of its text that a slice leaves out. */
  readonly cuts: readonly Edit[];
  /** It extends the result of an expression. */
  readonly base: Syntax | undefined;
  readonly told: LiftedUnit;
  /** A refusal that every run would meet. */
  readonly certainly: Reason | undefined;
}

/** A function of another module: the slice imports it. */
export interface Foreign {
  readonly index: number;
  /** As it is named here: `work`, `jobs.resize`. */
  readonly text: string;
  readonly root: Import;
  readonly sites: Syntax[];
  readonly told: LiftedUnit;
}

/** Original position of an offset, one-based: `12:5`. */
export type Locate = (offset: number) => { readonly line: number; readonly column: number };

export function formOf(module: Module, { node, member }: FunctionInfo): Form | undefined {
  if (node.type === "ClassDeclaration") return node.id ? "class" : undefined;
  if (node.type === "FunctionDeclaration") return node.id ? "function" : undefined;
  if (!member) return "expression";
  const isShorthand = member.type === "Property" && member.method && !member.computed;
  if (!isShorthand || keyOf(member.key) === "__proto__") return undefined;
  // In an object of its own, its `super` would be another one.
  return module.infos.get(node)?.needs.has("super") ? undefined : "method";
}

export function describeOwn(
  module: Module,
  info: FunctionInfo,
  form: Form,
  index: number,
  certain: boolean,
  file: string,
  locate: Locate,
): Own {
  const { node } = info;
  const cuts = info.isClass ? staticFields(node) : [];
  const isKept = ({ start }: Syntax) => !cuts.some((cut) => start >= cut.start && start < cut.end);
  const at = (offset: number) => {
    const { line, column } = locate(offset);
    return `${line}:${column}`;
  };
  const slots: { name: string; capture: Capture }[] = [];
  const imports: Import[] = [];
  for (const capture of info.captures.values()) {
    const { binding } = capture;
    const uses = [...capture.reads, ...capture.writes].filter(isKept);
    if (uses.length === 0 || isItself(binding, node)) continue;
    const origin = importedAs(binding);
    if (origin) imports.push({ name: binding.name, origin, reads: capture.reads.filter(isKept) });
    else slots.push({ name: binding.name, capture });
  }
  const reason = textReason(info, slots, (used) => `${file}:${at(used.start)}`);
  const base =
    info.isClass && node.superClass?.type !== "Identifier" ? (node.superClass ?? undefined) : undefined;
  const start = locate((form === "method" ? info.member! : node).start);
  const names = slots.map(({ name }) => name);
  const kept = slots.map(({ capture }) => [...capture.reads, ...capture.writes].filter(isKept)[0].start);
  const told: LiftedUnit = {
    file,
    line: start.line - 1,
    column: start.column - 1,
    name: form === "method" ? keyOf(info.member!.key) : nameFor(node, module.parentOf(node)),
    names: reason ? [] : names,
    at: reason ? [] : kept.map(at),
    ...(info.isClass && { isClass: true }),
    ...(imports.length > 0 && !reason && { imports: imports.map(({ name }) => name) }),
    ...(slots.some(({ capture }) => capture.binding.writes.length > 0) && { changing: true }),
    ...(base && { base: true }),
    ...some(
      "sure",
      slots.flatMap(({ capture }, i) => (mustBeDefined(capture.binding) ? [i] : [])),
    ),
    ...some(
      "changes",
      slots.flatMap(({ capture }, i) => capture.mutations.map((change) => changeOf(i, change, at))),
    ),
    ...(reason && { refusal: reason }),
  };
  return {
    index,
    node,
    form,
    info,
    names,
    imports,
    cuts,
    base,
    told,
    certainly: certain ? reason : undefined,
  };
}

function some<K extends string, T>(key: K, list: readonly T[]): { readonly [key in K]?: readonly T[] } {
  return (list.length > 0 ? { [key]: list } : {}) as { readonly [key in K]?: readonly T[] };
}

function changeOf(index: number, change: Syntax, at: (offset: number) => string) {
  const path = pathToChanged(change).map((step) => (step === UNKNOWN ? null : step));
  return [index, at(change.start), path] as const;
}
