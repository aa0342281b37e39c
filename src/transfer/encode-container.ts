/** The contents of objects, arrays, maps and sets. */

import * as codec from "./codec.ts";
import { placeholder, throwing } from "./refusals.ts";
import { STEP_ITEM, STEP_KEY, STEP_MAP_KEY, STEP_MAP_VALUE } from "./trail.ts";
import type { Walk } from "./walk.ts";

const eachOfMap = Map.prototype.forEach;
const eachOfSet = Set.prototype.forEach;

export function writeContents(walk: Walk, form: number, value: object): void {
  if (form === codec.FORM_OBJECT) writeFields(walk, value as Record<string, unknown>);
  else if (form === codec.FORM_ARRAY) writeItems(walk, value as unknown[]);
  else if (form === codec.FORM_MAP) writeMap(walk, value);
  else writeSet(walk, value);
}

function writeFields(walk: Walk, value: Record<string, unknown>): void {
  const keys = keysOf(walk, value);
  walk.shapes.write(walk, keys);
  const { trail } = walk;
  const step = trail.enter(STEP_KEY);
  for (let i = 0; i < keys.length; i++) {
    trail.at[step] = keys[i];
    const field = read(walk, value, keys[i]);
    if (typeof field === "string") walk.string(field);
    else walk.visit(field);
  }
  trail.depth = step;
}

/**
 * `Object.keys` is the only way to see holes and extra properties. It costs 10–45 ns an item, which the items
 * themselves cost again.
 */
function writeItems(walk: Walk, value: unknown[]): void {
  const keys = keysOf(walk, value);
  const length = value.length;
  const dense = keys.length === length && (length === 0 || keys[length - 1] === String(length - 1));
  walk.varint(length * 2 + (dense ? 0 : 1));
  const { trail } = walk;
  const step = trail.enter(STEP_KEY);
  if (dense) {
    for (let i = 0; i < length; i++) {
      trail.at[step] = i;
      const item = read(walk, value, i);
      if (typeof item === "number") walk.number(item);
      else walk.visit(item);
    }
  } else writeSparse(walk, value, keys, step);
  trail.depth = step;
}

function writeSparse(walk: Walk, value: unknown[], keys: string[], step: number): void {
  walk.varint(keys.length);
  for (const key of keys) {
    const index = Number(key);
    const at = index < value.length && String(index) === key ? index : key;
    walk.trail.at[step] = at;
    walk.visit(at);
    walk.visit(read(walk, value, at));
  }
}

/** A Proxy may have a trap that throws. */
function keysOf(walk: Walk, value: object): string[] {
  try {
    return Object.keys(value);
  } catch (error) {
    if (walk.lenient) return [];
    throw walk.refusal(throwing(error), { error });
  }
}

function read(walk: Walk, value: object, key: string | number): unknown {
  try {
    return (value as Record<string | number, unknown>)[key];
  } catch (error) {
    if (walk.lenient) return placeholder(error);
    throw walk.refusal(throwing(error), { error });
  }
}

/** The entries as they are now: a getter further down cannot change what is written. */
function writeMap(walk: Walk, value: object): void {
  const entries: unknown[] = [];
  eachOfMap.call(value as Map<unknown, unknown>, (v, k) => entries.push(k, v));
  const { trail } = walk;
  walk.varint(entries.length / 2);
  const step = trail.enter(STEP_MAP_KEY);
  for (let i = 0; i < entries.length; i += 2) {
    trail.kinds[step] = STEP_MAP_KEY;
    trail.at[step] = i / 2;
    walk.visit(entries[i]);
    trail.kinds[step] = STEP_MAP_VALUE;
    trail.at[step] = entries[i];
    walk.visit(entries[i + 1]);
  }
  trail.at[step] = undefined;
  trail.depth = step;
}

function writeSet(walk: Walk, value: object): void {
  const items: unknown[] = [];
  eachOfSet.call(value as Set<unknown>, (item) => items.push(item));
  const { trail } = walk;
  walk.varint(items.length);
  const step = trail.enter(STEP_ITEM);
  for (let i = 0; i < items.length; i++) {
    trail.at[step] = i;
    walk.visit(items[i]);
  }
  trail.depth = step;
}
