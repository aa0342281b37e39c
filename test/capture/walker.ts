/** A small stand-in for transfer/: enough of a walk to send what capture lifts, and nothing else. */
import * as part from "../../src/capture/tools/part.ts";
import { setTools } from "../../src/capture/tools.ts";
import { type FunctionBuilder, type Reference, Symbolic, type Unit } from "../../src/transfer/boundary.ts";

type Entry =
  | { kind: "raw"; value: unknown }
  | { kind: "reference"; reference: Reference }
  | { kind: "function"; unit: Unit; captures: number[]; own: [string, number][] }
  | { kind: "array" | "map" | "set"; items: number[] }
  | { kind: "object"; keys: string[]; items: number[] };

export interface Packed {
  readonly entries: Entry[];
  readonly root: number;
  readonly references: Reference[];
}

// As core.cjs does it in the package.
setTools(() => part);

type Lifter = typeof import("../../src/capture/outgoing/plan.ts").lifter;

export function pack(root: unknown, lifter: Lifter, label: string): Packed {
  const entries: Entry[] = [];
  const references: Reference[] = [];
  const seen = new Map<unknown, number>();
  const add = (value: unknown, way: string): number => {
    const at = seen.get(value);
    if (at !== undefined) return at;
    const index = entries.push({ kind: "raw", value: undefined }) - 1;
    seen.set(value, index);
    entries[index] = entryOf(value, way);
    return index;
  };
  const reference = (symbolic: Symbolic): Entry => {
    references.push(symbolic.reference);
    return { kind: "reference", reference: symbolic.reference };
  };
  const entryOf = (value: unknown, way: string): Entry => {
    if (value instanceof Symbolic) return reference(value);
    if (typeof value === "function") {
      const image = lifter.lift(value as () => unknown, way);
      if (image instanceof Symbolic) return reference(image);
      return {
        kind: "function",
        unit: image.unit,
        captures: image.captures.map((captured, i) => add(captured, image.labels[i])),
        own: image.own.map(([key, own]) => [key, add(own, `${way}.${key}`)]),
      };
    }
    if (typeof value !== "object" || value === null) return { kind: "raw", value };
    const known = lifter.wellKnown(value);
    if (known) return reference(known);
    if (Array.isArray(value))
      return { kind: "array", items: value.map((item, i) => add(item, `${way}[${i}]`)) };
    if (value instanceof Map) return { kind: "map", items: [...value].flat().map((item) => add(item, way)) };
    if (value instanceof Set) return { kind: "set", items: [...value].map((item) => add(item, way)) };
    const prototype = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) return { kind: "raw", value };
    const keys = Object.keys(value);
    return {
      kind: "object",
      keys,
      items: keys.map((key) => add((value as Record<string, unknown>)[key], `${way}.${key}`)),
    };
  };
  return { root: add(root, label), entries, references };
}

export function unpack({ entries, root }: Packed, builder: FunctionBuilder): unknown {
  const values = new Map<number, unknown>();
  const unfinished = new Set<number>();
  const late: (() => void)[] = [];
  const at = (index: number): unknown => (values.has(index) ? values.get(index) : make(index));
  const make = (index: number): unknown => {
    const entry = entries[index];
    const keep = <T>(value: T): T => {
      values.set(index, value);
      return value;
    };
    switch (entry.kind) {
      case "raw":
        return keep(entry.value);
      case "reference":
        return keep(builder.resolve(entry.reference));
      case "array": {
        const array: unknown[] = keep([]);
        for (const item of entry.items) array.push(at(item));
        return array;
      }
      case "set": {
        const set = keep(new Set());
        for (const item of entry.items) set.add(at(item));
        return set;
      }
      case "map": {
        const map = keep(new Map());
        for (let i = 0; i < entry.items.length; i += 2) map.set(at(entry.items[i]), at(entry.items[i + 1]));
        return map;
      }
      case "object": {
        const object: Record<string, unknown> = keep({});
        for (const [i, key] of entry.keys.entries()) object[key] = at(entry.items[i]);
        return object;
      }
      case "function": {
        const shell = builder.begin(entry.unit);
        values.set(index, shell.value);
        if (entry.unit.isClass) unfinished.add(index);
        const captures = entry.captures.map((captured, i) => {
          const value = at(captured);
          if (unfinished.has(captured)) late.push(() => shell.set(i, values.get(captured)));
          return value;
        });
        const value = keep(shell.finish(captures));
        unfinished.delete(index);
        for (const [key, own] of entry.own) {
          const put = () => Object.assign(value as object, { [key]: at(own) });
          if (unfinished.has(own)) late.push(put);
          else put();
        }
        return value;
      }
    }
  };
  const value = at(root);
  for (const fill of late) fill();
  return value;
}
