/**
 * Where the fields of a struct stand in its block.
 *
 * words: a guard with its (always empty) queue, for fields that are cells; the class block, with a reference; the
 * number of cells; the cells; the 64-bit fields, aligned; the others, a word each. Cells come first, so that a block
 * says by itself what it refers to: who gives it back need not know its class.
 */
import { describe, typeError } from "../errors/errors.ts";
import { isSharedClass } from "../memory/classes.ts";
import { isKindClass } from "../memory/handle.ts";
import { QUEUE_WORDS } from "../parking/layout.ts";
import type { Fields, FieldType, SharedClass } from "./struct-types.ts";

export const S_QUEUE = 0;
/** Block of its class, with a reference. */
export const S_CLASS = QUEUE_WORDS;
/** How many fields are cells, and how many of these, the first ones, are shared objects: see `countsOf`. */
export const S_COUNTS = S_CLASS + 1;
/** The first field. Even, as 64-bit fields need it. */
export const S_FIELDS = S_COUNTS + 1;

const OBJECTS_SHIFT = 16;

/** The word S_COUNTS. */
export function countsOf({ cells, objects }: Pick<Layout, "cells" | "objects">): number {
  return cells | (objects << OBJECTS_SHIFT);
}

export function cellsIn(counts: number): number {
  return counts & ((1 << OBJECTS_SHIFT) - 1);
}

export function objectsIn(counts: number): number {
  return counts >>> OBJECTS_SHIFT;
}

/** Whole numbers by their type: the smallest and the largest. */
export const INTEGERS: Readonly<Record<string, readonly [low: number, high: number]>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32_768, 32_767],
  uint16: [0, 65_535],
  int32: [-2_147_483_648, 2_147_483_647],
  uint32: [0, 4_294_967_295],
};
const TYPES = [...Object.keys(INTEGERS), "float32", "float64", "bigint64", "boolean", "string", "any"];

export interface Field {
  readonly name: string;
  readonly type: FieldType;
  /** Its first word in the block. */
  readonly word: number;
}

export interface Layout {
  readonly fields: readonly Field[];
  readonly byName: ReadonlyMap<string, Field>;
  readonly words: number;
  /** How many fields, from the first one on, are cells. */
  readonly cells: number;
  /** How many of these, from the first one on, are shared objects. */
  readonly objects: number;
  /** Names and types as text: two threads must agree on it. */
  readonly text: string;
  /** A number made of `text`, never 0. */
  readonly digest: number;
}

/** @throws TypeError (INVALID_STRUCT) for what describes no fields */
export function layOut(fields: Fields): Layout {
  const listed = check(fields);
  const words = new Map<string, number>();
  let next = S_FIELDS;
  const place = (isHere: (type: FieldType) => boolean, size: number) => {
    for (const [name, type] of listed) {
      if (!isHere(type)) continue;
      words.set(name, next);
      next += size;
    }
  };
  place(isObject, 1);
  const objects = next - S_FIELDS;
  place(isCell, 1);
  const cells = next - S_FIELDS;
  next += next & 1;
  place(isWide, 2);
  place((type) => !isObject(type) && !isCell(type) && !isWide(type), 1);
  const placed = listed.map(([name, type]) => ({ name, type, word: words.get(name)! }));
  const text = placed.map(({ name, type }) => `${JSON.stringify(name)}:${nameOf(type)}`).join();
  return {
    fields: placed,
    byName: new Map(placed.map((field) => [field.name, field])),
    words: next,
    cells,
    objects,
    text,
    digest: digest(text),
  };
}

export function isObject(type: FieldType): type is SharedClass {
  return typeof type === "function";
}

function isCell(type: FieldType): boolean {
  return type === "string" || type === "any";
}

function isWide(type: FieldType): boolean {
  return type === "float64" || type === "bigint64";
}

function nameOf(type: FieldType): string {
  return isObject(type) ? `class ${type.name}` : type;
}

/** Names that every class has already. */
const TAKEN = new Set(["constructor", "__proto__"]);

function check(fields: unknown): [name: string, type: FieldType][] {
  if (typeof fields !== "object" || fields === null || Array.isArray(fields)) {
    throw invalid(`the fields are ${describe(fields)}`, 'Give an object such as { balance: "float64" }');
  }
  for (const key of Reflect.ownKeys(fields)) {
    if (typeof key === "symbol" || TAKEN.has(key)) {
      throw invalid(`a field is named ${String(key)}`, "Give it another name");
    }
  }
  const listed = Object.entries(fields) as [string, unknown][];
  for (const [name, type] of listed) {
    if (isType(type)) continue;
    const types = TYPES.map((each) => `"${each}"`).join(", ");
    throw invalid(
      `the type of the field '${name}' is ${describe(type)}`,
      `Give one of ${types}, or a class of threadkit`,
    );
  }
  return listed as [string, FieldType][];
}

function isType(type: unknown): type is FieldType {
  if (typeof type === "string") return TYPES.includes(type);
  return isKindClass(type) || isSharedClass(type);
}

function invalid(fact: string, remedy: string): TypeError {
  return typeError("INVALID_STRUCT", `cannot make a SharedStruct: ${fact}. ${remedy}.`);
}

/** FNV-1a. */
function digest(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash || 1;
}
