/** The static part of a lift: the text of a function, ready to be compiled elsewhere, and what it captures. */
import type { Reference, Unit } from "../transfer/boundary.ts";
import { collectAtExit, isCovered, originalOffset } from "./coverage.ts";
import { jestImports } from "./jest-imports.ts";
import { dynamicImports } from "./jest-module.ts";
import { runtime } from "./lazy.ts";
import { memberEdits, membersOf } from "./namespace.ts";
import { originOf, originOfGlobal } from "./origin.ts";
import { positionOf } from "./position.ts";
import type { RebuiltScript } from "./rebuilt.ts";
import type { Binding, FunctionInfo, Syntax } from "./scopes.ts";
import type { Slot } from "./slot.ts";
import type { Source } from "./source.ts";
import { originalsOf } from "./stacks.ts";
import { baseEdit, type Edit, edited, importerName, metaName, methodEdits, staticFields } from "./text.ts";

export type { Slot };

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
  const { node, member } = info;
  const isMethod = member !== undefined;
  const base = keepsBase ? baseEdit(node, source.text) : undefined;
  const fields = info.isClass ? [...staticFields(node), ...(base ? [base] : [])] : [];
  const isKept = ({ start }: Syntax) => !fields.some((field) => start >= field.start && start < field.end);
  const slots = slotsOf(source, info, isKept);
  if (base)
    slots.push({ name: base.name, reference: undefined, capture: undefined, at: base.start, isBase: true });
  const method = isMethod ? methodEdits(member, source.text) : undefined;
  const start = method?.start ?? node.start;
  const meta = metaName(source.text.slice(start, node.end));
  const metas = info.metas.filter(isKept);
  if (metas.length > 0) {
    const reference = { type: "cjs", file: source.url, name: "import.meta" } as const;
    slots.push({ name: meta, reference, capture: undefined, at: metas[0].start });
  }
  const importer = importerName(source.text.slice(start, node.end));
  const importing = importsOfJest(source, node).filter(isKept);
  if (importing.length > 0) {
    const reference = {
      type: "cjs",
      file: source.url,
      name: "vite import()",
      modules: jestImports(source.url)!,
    } as const;
    slots.push({ name: importer, reference, capture: undefined, at: importing[0].start });
  }
  const edits: Edit[] = [
    ...fields,
    ...importing.map((at) => ({ start: at.start, end: at.start + "import".length, text: importer })),
    ...(method?.edits ?? []),
    ...metas.map(({ start, end }) => ({ start, end, text: meta })),
  ];
  const text = edited(source.text, start, node.end, edits);
  const shape = {
    file: source.url,
    ...positionOf(source, start),
    isClass: info.isClass,
    isMethod,
    strict: info.strict,
    names: slots.map(({ name }) => name),
    metaAt: [],
    ...originalsOf(source, start, node.end),
    ...(isCovered && { offset: offsetInFile(source, start) }),
  };
  const units = new Map<string, Unit>();
  return {
    source,
    info,
    slots,
    unitFor(name, byValue, members) {
      const variant = `${byValue}:${members}:${name}`;
      let unit = units.get(variant);
      if (!unit) {
        const references: (readonly [number, Reference])[] = slots.flatMap(({ reference }, i) =>
          reference && !byValue.includes(i) ? [[i, reference] as const] : [],
        );
        const importReads = slots.flatMap((slot, i) =>
          byValue.includes(i) ? [] : readsOf(slot, i, start, isKept, source),
        );
        const renamed = members.flatMap((i) => memberEdits(slots[i]));
        const ownText =
          renamed.length > 0 ? edited(source.text, start, node.end, [...edits, ...renamed]) : text;
        if (needsHook(ownText)) references.push([slots.length, { ...HOOK, file: source.url }]);
        const content = { ...shape, text: ownText, name, references, importReads };
        unit = {
          key: `${shape.file}:${shape.line}:${shape.column}#${digest(JSON.stringify(content))}`,
          ...content,
        };
        units.set(variant, unit);
      }
      return unit;
    },
  };
}

/** Before an import of any module a thread of Node 20 sets up the loader of main; before `import()` it can't. */
const HOOK = { type: "import", specifier: "node:process", name: "*" } as const;

function offsetInFile(source: Source, start: number): number | undefined {
  collectAtExit();
  if ("unit" in source) return originalOffset(source as unknown as RebuiltScript, start);
  return source.lineOffset === 0 && source.columnOffset === 0 ? start : undefined;
}

function needsHook(text: string): boolean {
  return Number.parseInt(runtime().versions.node, 10) < 22 && /\bimport\s*\(/.test(text);
}

/** Each `import()` of a file that Jest compiled from a module: Node could not load what it names. */
function importsOfJest(source: Source, node: Syntax): Syntax[] {
  if (source.isCommonJs || source.references || !source.text.slice(node.start, node.end).includes("import("))
    return [];
  const found = dynamicImports(node);
  return found.length > 0 && jestImports(source.url) !== undefined ? found : [];
}

function slotsOf(source: Source, info: FunctionInfo, isKept: (node: Syntax) => boolean): Slot[] {
  const slots: Slot[] = [];
  for (const capture of info.captures.values()) {
    const { binding } = capture;
    const uses = [...capture.reads, ...capture.writes].filter(isKept);
    if (uses.length === 0 || isItself(binding, info)) continue;
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

/** In its new place a named function or class sees itself under its own name. */
function isItself(binding: Binding, { node }: FunctionInfo): boolean {
  return binding.declaration === node && binding.writes.length === 0 && node.id?.name === binding.name;
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
