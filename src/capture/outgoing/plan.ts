/**
 * Lifts functions out of the running program: text and captured values, ready to travel.
 *
 * Everything that can't change between two starts of the same function is kept, per function and weakly: its
 * unit, and its captures if none of them is ever reassigned. Values that may have changed are read again.
 */
import { isSharedClass } from "../../memory/classes.ts";
import { type FunctionImage, type FunctionLifter, kImage, Symbolic } from "../../transfer/boundary.ts";
import { rememberOrigin } from "../../transfer/error-classes.ts";
import { util } from "../lazy.ts";
import { exportedFunction } from "../library.ts";
import { liftedFunction } from "../lifted.ts";
import { captureLabel, refuse, type Trail } from "../refuse.ts";
import { canPeek, type Peek, peek } from "../source/peek.ts";
import { offsetOf, placeOf } from "../source/position.ts";
import { hasSource, sourceOf } from "../source/source.ts";
import { Ambiguous } from "../static/find.ts";
import { orRefused, refusePlace, useOf } from "../static/refusals.ts";
import { shippedImage } from "../static/shipped.ts";
import { canonical, isStandIn, liveOne, locate } from "../static/stand-ins.ts";
import { staticFieldsOf, staticValue } from "../static/values.ts";
import { checkText, refuseUnreadable } from "./check.ts";
import { planLifted } from "./lifted-plan.ts";
import { moduleExport } from "./module-export.ts";
import { needlessNamespaces } from "./namespace.ts";
import { knownFunction, knownObject } from "./natives.ts";
import { type Blueprint, blueprintOf, type Slot } from "./unit.ts";
import { importOf, isSettled, ownProperties, valueOf } from "./values.ts";
import { warnOfCopies } from "./warn.ts";

export { knownExports } from "../library.ts";
export { setSharedPredicate } from "./values.ts";

type AnyFunction = (...args: never[]) => unknown;

interface Plan {
  /** Undefined for what a tool has lifted. */
  readonly blueprint: Blueprint | undefined;
  labels(label: string): readonly string[];
  /** The last image; good again if the label is the same and nothing was put on the function. */
  image: FunctionImage;
  label: string;
  /** No captured binding is ever reassigned. */
  readonly settled: boolean;
}

const plans = new WeakMap<AnyFunction, Plan | Symbolic>();

export const lifter: FunctionLifter = {
  lift,
  wellKnown: knownObject,
  canonical: (fn) => (canPeek() || liftedFunction(fn) ? fn : canonical(fn)),
};

function lift(fn: AnyFunction, label: string): FunctionImage | Symbolic {
  const plan = plans.get(fn);
  if (plan instanceof Symbolic) return plan;
  if (plan?.settled) return refreshed(plan, fn, label);
  const exported = exportedFunction(fn);
  if (exported) return exported;
  const isShared = isSharedClass(fn);
  const noted = isShared ? importOf(fn) : undefined;
  if (noted) return noted;
  if (Object.hasOwn(fn, kImage)) return (fn as unknown as { [kImage](): FunctionImage })[kImage]();
  const seen = liftedFunction(fn);
  if (seen) {
    const made = { ...planLifted(fn, seen, label), label, blueprint: undefined };
    plans.set(fn, made);
    return made.image;
  }
  if (!canPeek()) return liftFromText(fn, label);
  const peeked = peek(fn);
  // A function in a script that is known already is the user's; any other may be Node's own.
  const native = peeked && hasSource(peeked.scriptId) ? undefined : knownFunction(fn);
  if (native) {
    plans.set(fn, native);
    return native;
  }
  if (!peeked) throw refuseNative(fn, label);
  const blueprint = plan?.blueprint ?? findBlueprint(fn, peeked, label);
  const known = isShared ? moduleExport(fn, blueprint.source, blueprint.info) : undefined;
  if (known) {
    plans.set(fn, known);
    return known;
  }
  const trail = trailOf(fn, blueprint, label);
  const made = draw(fn, blueprint, label, ownProperties(fn), (slot) => {
    const found = valueOf(slot, peeked, fn, blueprint.info.node);
    if (typeof found === "string") throw refuseUnreadable(slot, found, blueprint, trail());
    return found.value;
  });
  plans.set(fn, made);
  return made.image;
}

/** Without an inspector: what the source alone tells; see static.ts. */
function liftFromText(fn: AnyFunction, label: string): FunctionImage | Symbolic {
  const shipped = shippedImage(fn, label);
  if (shipped) return shipped;
  const native = knownFunction(fn);
  if (native) {
    plans.set(fn, native);
    return native;
  }
  const place = locate(fn);
  if (place === undefined && isNative(fn)) throw refuseNative(fn, label);
  if (place === undefined || place instanceof Ambiguous) throw refusePlace(describe(fn), place, label);
  const blueprint = blueprintOf(place.source, place.info, isSharedClass(fn));
  const known = isSharedClass(fn) ? moduleExport(fn, place.source, place.info) : undefined;
  if (known) {
    plans.set(fn, known);
    return known;
  }
  const live = liveOne(fn);
  const trail = trailOf(fn, blueprint, label);
  const own = live ? ownProperties(live) : orRefused(() => staticFieldsOf(place), describe(fn), trail);
  const made = draw(fn, blueprint, label, own, (slot) =>
    orRefused(() => staticValue(slot, place, live), useOf(slot, blueprint), trail),
  );
  plans.set(fn, made);
  return made.image;
}

function isNative(fn: AnyFunction): boolean {
  return /\{\s*\[native code\]\s*\}$/.test(Function.prototype.toString.call(fn));
}

/** The image of a function that was lifted before, if none of its captures is ever reassigned. */
export function settledImage(fn: AnyFunction): FunctionImage | Symbolic | undefined {
  const plan = plans.get(fn) ?? exportedFunction(fn);
  if (plan === undefined || plan instanceof Symbolic) return plan;
  return plan.settled ? refreshed(plan, fn, plan.label) : undefined;
}

/** The image of a function whose captures stay what they are. */
function refreshed(plan: Plan, fn: AnyFunction, label: string): FunctionImage {
  const own = isStandIn(fn) ? plan.image.own : ownProperties(liveOne(fn) ?? fn);
  if (plan.label !== label) {
    plan.image = { ...plan.image, labels: plan.labels(label) };
    plan.label = label;
  }
  if (own.length > 0 || plan.image.own.length > 0) plan.image = { ...plan.image, own };
  return plan.image;
}

/** Makes the image; `read` gives the value of a slot, or refuses it. */
function draw(
  fn: AnyFunction,
  blueprint: Blueprint,
  label: string,
  own: FunctionImage["own"],
  read: (slot: Slot) => unknown,
): Plan {
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
  const live = liveOne(fn);
  if (unit.isClass && live) rememberOrigin(unit.key, live);
  const image = { unit, captures, labels: labelsOf(blueprint, label), own };
  return { blueprint, image, label, settled, labels: (outer) => labelsOf(blueprint, outer) };
}

function nameOf(fn: AnyFunction): string {
  const name = Object.getOwnPropertyDescriptor(fn, "name")?.value;
  return typeof name === "string" ? name : "";
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

function findBlueprint(fn: AnyFunction, peeked: Peek, label: string): Blueprint {
  const source = sourceOf(peeked, fn);
  if (!source) throw refuseNodes(fn, label);
  const info = source.functions.get(offsetOf(source, peeked.line, peeked.column));
  if (!info) {
    const fact = `its text was not found in ${source.url}`;
    throw refuse(describe(fn), fact, "Declare it in a file of its own", { fn: describe(fn), label });
  }
  return blueprintOf(source, info, isSharedClass(fn));
}

function trailOf(fn: AnyFunction, { source, info }: Blueprint, label: string): () => Trail {
  return () => ({ fn: `${describe(fn)} (${placeOf(source, info.node.start)})`, label });
}

function describe(fn: AnyFunction): string {
  const name = nameOf(fn);
  return name ? `function ${name}` : "a function without a name";
}

function refuseNodes(fn: AnyFunction, label: string): Error {
  const advice = "Make it inside the function that the thread runs";
  return refuse(describe(fn), "it is a function of Node's own that no module exports", advice, {
    fn: label,
    label: "",
  });
}

function refuseNative(fn: AnyFunction, label: string): Error {
  const trail = { fn: label, label: "" };
  if (util().types.isProxy(fn)) {
    return refuse("a proxy of a function", "its handler can't be read", "Send the function itself", trail);
  }
  const name = nameOf(fn);
  if (name.startsWith("bound ")) {
    const advice = "Send an arrow function that makes the call";
    return refuse(
      `'${name}'`,
      "it is a bound function, and what it is bound to can't be read",
      advice,
      trail,
    );
  }
  return refuse(
    `function ${name}`,
    "it is native code without a name of its own in every thread",
    "Call it from a function of yours",
    trail,
  );
}
