/** The static part of a lift: the text of a function, ready to be compiled elsewhere, and what it captures. */
import type { Reference, Unit } from "../../transfer/boundary.ts";
import { isCovered } from "../coverage.ts";
import { runtime } from "../lazy.ts";
import { positionOf } from "../source/lines.ts";
import type { Source } from "../source/source.ts";
import { originalsOf } from "../source/stacks.ts";
import { isItself } from "../syntax/bindings.ts";
import {
  baseEdit,
  type Edit,
  edited,
  importerName,
  metaName,
  methodEdits,
  staticFields,
} from "../syntax/edits.ts";
import type { FunctionInfo, Syntax } from "../syntax/scopes.ts";
import { testRunner, tools } from "../tools.ts";
import { dynamicImports, READING } from "./jest-module.ts";
import { memberEdits, membersOf } from "./namespace.ts";
import { originOf, originOfGlobal } from "./origin.ts";
import type { Slot } from "./slot.ts";

export interface Blueprint {
  readonly source: Source;
  readonly info: FunctionInfo;
  readonly slots: readonly Slot[];
  /**
   * The unit for a function of that name, if the imports in `byValue` (slot indices) travel by value, and so do the
   * members of modules in `members`.
   */
  unitFor(name: string, byValue: readonly number[], members: readonly number[]): Unit;
}

const blueprints = new WeakMap<FunctionInfo, Blueprint>();
const withBase = new WeakMap<FunctionInfo, Blueprint>();

/** `keepsBase`: what the class extends travels as a value, and is not evaluated again. */
export function blueprintOf(source: Source, info: FunctionInfo, keepsBase: boolean): Blueprint {
  const expression = info.isClass && info.node.superClass?.type !== "Identifier" && info.node.superClass;
  const drawn = keepsBase && expression ? withBase : blueprints;
  let blueprint = drawn.get(info);
  if (!blueprint) drawn.set(info, (blueprint = draw(source, info, drawn === withBase)));
  return blueprint;
}

function draw(source: Source, info: FunctionInfo, keepsBase: boolean): Blueprint {
  const { start, edits, extra, isKept } = changesTo(source, info, keepsBase);
  const { end } = info.node;
  const slots = [...slotsOf(source, info, isKept), ...extra];
  const text = edited(source.text, start, end, edits);
  const shape = {
    file: source.url,
    ...positionOf(source, start),
    isClass: info.isClass,
    isMethod: info.member !== undefined,
    strict: info.strict,
    names: slots.map(({ name }) => name),
    ...originalsOf(source, start, end),
    ...(isCovered && { offset: tools().offsetInFile(source, start) }),
  };
  const make = (name: string, byValue: readonly number[], members: readonly number[]): Unit => {
    const references: (readonly [number, Reference])[] = slots.flatMap(({ reference }, i) =>
      reference && !byValue.includes(i) ? [[i, reference] as const] : [],
    );
    const importReads = slots.flatMap((slot, i) =>
      byValue.includes(i) ? [] : readsOf(slot, i, start, isKept, source),
    );
    const renamed = members.flatMap((i) => memberEdits(slots[i]));
    const ownText = renamed.length > 0 ? edited(source.text, start, end, [...edits, ...renamed]) : text;
    if (needsHook(ownText)) references.push([slots.length, { ...HOOK, file: source.url }]);
    const content = { ...shape, text: ownText, name, references, importReads };
    const key = `${shape.file}:${shape.line}:${shape.column}#${digest(JSON.stringify(content))}`;
    return { key, ...content };
  };
  const units = new Map<string, Unit>();
  return {
    source,
    info,
    slots,
    unitFor(name, byValue, members) {
      const variant = `${byValue}:${members}:${name}`;
      let unit = units.get(variant);
      if (!unit) units.set(variant, (unit = make(name, byValue, members)));
      return unit;
    },
  };
}

/** What is changed in the text, and the names that this brings in. `isKept`: what of the text is not cut away. */
function changesTo(source: Source, info: FunctionInfo, keepsBase: boolean) {
  const { node, member } = info;
  const base = keepsBase ? baseEdit(node, source.text) : undefined;
  const fields = info.isClass ? [...staticFields(node), ...(base ? [base] : [])] : [];
  const isKept = ({ start }: Syntax) => !fields.some((field) => start >= field.start && start < field.end);
  const extra: Slot[] = [];
  if (base)
    extra.push({ name: base.name, reference: undefined, capture: undefined, at: base.start, isBase: true });
  const method = member && methodEdits(member, source.text);
  const start = method?.start ?? node.start;
  const meta = metaName(source.text.slice(start, node.end));
  const metas = info.metas.filter(isKept);
  if (metas.length > 0) {
    const reference = { type: "cjs", file: source.url, name: "import.meta" } as const;
    extra.push({ name: meta, reference, capture: undefined, at: metas[0].start });
  }
  const importer = importerName(source.text.slice(start, node.end));
  const importing = importsOfJest(source, node).filter(isKept);
  if (importing.length > 0) {
    const modules = tools().jestImports(source.url, READING)!;
    const reference = { type: "cjs", file: source.url, name: "vite import()", modules } as const;
    extra.push({ name: importer, reference, capture: undefined, at: importing[0].start });
  }
  const edits: Edit[] = [
    ...fields,
    ...importing.map((at) => ({ start: at.start, end: at.start + "import".length, text: importer })),
    ...(method?.edits ?? []),
    ...metas.map(({ start, end }) => ({ start, end, text: meta })),
  ];
  return { start, edits, extra, isKept };
}

/** Each `import()` of a file that Jest compiled from a module: Node could not load what it names. */
function importsOfJest(source: Source, node: Syntax): Syntax[] {
  if (source.isCommonJs || source.references || !source.text.slice(node.start, node.end).includes("import("))
    return [];
  const found = dynamicImports(node);
  return found.length > 0 && testRunner()?.jestImports(source.url, READING) !== undefined ? found : [];
}

/** Before an import of any module a thread of Node 20 sets up the loader of main; before `import()` it can't. */
const HOOK = { type: "import", specifier: "node:process", name: "*" } as const;

function needsHook(text: string): boolean {
  return Number.parseInt(runtime().versions.node, 10) < 22 && /\bimport\s*\(/.test(text);
}

function slotsOf(source: Source, info: FunctionInfo, isKept: (node: Syntax) => boolean): Slot[] {
  const slots: Slot[] = [];
  for (const capture of info.captures.values()) {
    const { binding } = capture;
    const uses = [...capture.reads, ...capture.writes].filter(isKept);
    if (uses.length === 0 || isItself(binding, info.node)) continue;
    const reference = originOf(binding, source);
    const namespace = { name: binding.name, reference, capture, at: uses[0].start };
    slots.push(namespace, ...membersOf(namespace, slots.length, uses, source));
  }
  for (const [name, use] of info.globals) {
    const reference = originOfGlobal(name, source);
    if (reference) slots.push({ name, reference, capture: undefined, at: use.start });
  }
  return slots;
}

function readsOf(
  { reference, capture }: Slot,
  index: number,
  start: number,
  isKept: (node: Syntax) => boolean,
  { shorthand }: Source,
): (readonly [number, number, number])[] {
  if (reference?.type !== "import" || reference.name === "*" || !capture) return [];
  return capture.reads
    .filter(isKept)
    .map((id) => [index, id.start - start, shorthand.has(id) ? 1 : 0] as const);
}

/** cyrb53: names a text among the versions of one place in one file; not a safeguard against forgery. */
function digest(text: string): string {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return (4294967296 * (2097151 & b) + (a >>> 0)).toString(36);
}
