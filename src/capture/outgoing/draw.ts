/** From what a text tells of a function, and the values of what it captures, to the image that travels. */
import { type FunctionImage, Symbolic } from "../../transfer/boundary.ts";
import { rememberOrigin } from "../../transfer/error-classes.ts";
import { captureLabel, type Trail } from "../refuse.ts";
import { placeOf } from "../source/position.ts";
import { checkText } from "./check.ts";
import { needlessNamespaces } from "./namespace.ts";
import { type AnyFunction, keepPlan, type OwnProperties, type Plan } from "./plans.ts";
import { describe, nameOf } from "./refusals.ts";
import type { Slot } from "./slot.ts";
import type { Blueprint } from "./unit.ts";
import { isSettled } from "./values.ts";
import { warnOfCopies } from "./warn.ts";

/** What is read of a function, by the inspector or off its text. */
export interface Reading {
  /** What is put on it. */
  readonly own: OwnProperties;
  /** The same at a later time. */
  readonly ownLater: Plan["own"];
  /** The value of a slot, or a `Symbolic`; throws a refusal. */
  read(slot: Slot): unknown;
  /** The function itself; undefined where only its text is at hand. */
  live(): AnyFunction | undefined;
}

/** Makes the image, and keeps it. */
export function draw(fn: AnyFunction, blueprint: Blueprint, label: string, reading: Reading): FunctionImage {
  const { own, ownLater, read } = reading;
  checkText(blueprint, trailOf(fn, blueprint, label)());
  const byValue: number[] = [];
  const members: number[] = [];
  let settled = true;
  const captures = blueprint.slots.map((slot, i) => {
    const value = read(slot);
    if (slot.reference && !(value instanceof Symbolic)) byValue.push(i);
    if (slot.member && value !== undefined) members.push(i);
    settled &&= isSettled(slot, value);
    warnOfCopies(blueprint, slot, value);
    return value;
  });
  for (const i of needlessNamespaces(blueprint.slots, members)) {
    captures[i] = undefined;
    byValue.push(i);
  }
  const unit = blueprint.unitFor(nameOf(fn), byValue, members);
  const live = unit.isClass ? reading.live() : undefined;
  if (live) rememberOrigin(unit.key, live);
  const image = { unit, captures, labels: labelsOf(blueprint, label), own };
  const labels = (outer: string) => labelsOf(blueprint, outer);
  return keepPlan(fn, { blueprint, image, label, settled, labels, own: ownLater });
}

/** Labels are needed for refusals only, and cost a search for the line each: made when somebody looks. */
function labelsOf({ slots, source }: Blueprint, label: string): readonly string[] {
  const labels = new Array<string>(slots.length);
  for (let i = 0; i < slots.length; i++) {
    Object.defineProperty(labels, i, {
      get: () => captureLabel(slots[i].member?.name ?? slots[i].name, placeOf(source, slots[i].at), label),
      enumerable: true,
      configurable: true,
    });
  }
  return labels;
}

export function trailOf(fn: AnyFunction, { source, info }: Blueprint, label: string): () => Trail {
  return () => ({ fn: `${describe(fn)} (${placeOf(source, info.node.start)})`, label });
}
