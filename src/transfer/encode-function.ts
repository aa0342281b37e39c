/** Functions, classes, references and handles: the image that a `FunctionLifter` makes, its captures walked like any value. */

import type { FunctionImage, Reference, Unit } from "./boundary.ts";
import { Symbolic, sliceReference } from "./boundary.ts";
import * as codec from "./codec.ts";
import { TOO_DEEP, unsendableFunction } from "./refusals.ts";
import { STEP_CAPTURE, STEP_KEY } from "./trail.ts";
import type { Walk } from "./walk.ts";

export function writeFunction(walk: Walk, fn: (...args: never[]) => unknown): void {
  const { lifter, shared } = walk.options;
  const handle = shared.offsetOf(fn);
  if (handle !== undefined) {
    writeHandle(walk, fn, handle);
    return;
  }
  if (lifter === undefined) throw walk.refusal(unsendableFunction(fn));
  if (walk.trail.depth > codec.DEEPEST) throw walk.refusal(TOO_DEEP);
  const image = lifter.lift(fn, String(walk.trail));
  walk.register(fn);
  if (image instanceof Symbolic) writeReference(walk, image);
  else writeImage(walk, image);
}

/** A shared object, or a class of such: its place in the arena, which the message holds. */
export function writeHandle(walk: Walk, value: object, { kind, at }: { kind: number; at: number }): void {
  walk.register(value);
  walk.holds.push(at);
  walk.byte(codec.HANDLE);
  walk.varint(kind);
  walk.varint(at);
}

function writeImage(walk: Walk, image: FunctionImage): void {
  const { trail } = walk;
  walk.byte(codec.FUNCTION);
  writeUnit(walk, image.unit);
  // Captures are complete before the function is built: a class runs code while it is defined.
  walk.drain(() => {
    walk.varint(image.captures.length);
    const step = trail.enter(STEP_CAPTURE);
    for (let i = 0; i < image.captures.length; i++) {
      trail.at[step] = image.labels[i] ?? `captured '${image.unit.names[i]}'`;
      walk.visit(image.captures[i]);
    }
    trail.depth = step;
  });
  walk.varint(image.own.length);
  const step = trail.enter(STEP_KEY);
  for (const [key, value] of image.own) {
    walk.string(key);
    trail.at[step] = key;
    walk.visit(value);
  }
  trail.depth = step;
}

/** The text crosses once a message, however many functions have it. */
function writeUnit(walk: Walk, unit: Unit): void {
  const { index, fresh } = walk.unit(unit);
  walk.varint(index);
  if (!fresh) return;
  writeData(walk, unit);
  for (const [, reference] of unit.references ?? []) prefetch(walk, reference);
  if (unit.slice !== undefined) prefetch(walk, sliceReference(unit.slice));
}

/** The value that it stands for has a number already. */
export function writeReference(walk: Walk, { reference }: Symbolic): void {
  prefetch(walk, reference);
  walk.byte(codec.REFERENCE);
  writeData(walk, reference);
}

function prefetch(walk: Walk, reference: Reference): void {
  if (reference.type === "import") walk.imports.push(reference);
}

/**
 * Units and references are trees of plain data: no reference numbers, nothing put off, and members that the
 * contract gains later cross by themselves.
 */
function writeData(walk: Walk, value: unknown): void {
  if (Array.isArray(value)) {
    walk.byte(codec.ARRAY);
    walk.varint(value.length);
    for (const item of value) writeData(walk, item);
  } else if (typeof value === "object" && value !== null) {
    const keys = Object.keys(value);
    walk.byte(codec.OBJECT);
    walk.shapes.write(walk, keys);
    for (const key of keys) writeData(walk, (value as Record<string, unknown>)[key]);
  } else walk.visit(value);
}
