/**
 * What is kept of each lifted function, and what is known of one before anybody looks at its text.
 *
 * Everything that can't change between two starts of the same function is kept, weakly: its unit, and its captures if
 * none of them is ever reassigned. Values that may have changed are read again.
 */
import { isSharedClass } from "../../memory/classes.ts";
import { type FunctionImage, kImage, Symbolic } from "../../transfer/boundary.ts";
import { exportedFunction } from "../library.ts";
import { liftedFunction } from "../lifted.ts";
import { planLifted } from "./lifted-plan.ts";
import { ownProperties } from "./own-properties.ts";
import { importOf } from "./shared.ts";
import type { Blueprint } from "./unit.ts";

export type AnyFunction = (...args: never[]) => unknown;
export type OwnProperties = FunctionImage["own"];

export interface Plan {
  /** Undefined for what a tool has lifted. */
  readonly blueprint: Blueprint | undefined;
  labels(label: string): readonly string[];
  /** What is put on the function now; `last`: what was. */
  own(fn: AnyFunction, last: OwnProperties): OwnProperties;
  /** The last image; good again if the label is the same and nothing was put on the function. */
  image: FunctionImage;
  label: string;
  /** No captured binding is ever reassigned. */
  readonly settled: boolean;
}

const plans = new WeakMap<AnyFunction, Plan | Symbolic>();

/** What travels for a function, without a look at its text: a settled plan, a name, or what a tool has seen of it. */
export function knownImage(fn: AnyFunction, label: string): FunctionImage | Symbolic | undefined {
  const plan = plans.get(fn);
  if (plan instanceof Symbolic) return plan;
  if (plan?.settled) return refreshed(plan, fn, label);
  const exported = exportedFunction(fn);
  if (exported) return exported;
  const noted = isSharedClass(fn) ? importOf(fn) : undefined;
  if (noted) return noted;
  if (Object.hasOwn(fn, kImage)) return (fn as unknown as { [kImage](): FunctionImage })[kImage]();
  const seen = liftedFunction(fn);
  if (!seen) return undefined;
  return keepPlan(fn, { ...planLifted(fn, seen, label), label, blueprint: undefined, own: ownProperties });
}

/** The image of a function that was lifted before, if none of its captures is ever reassigned. */
export function settledImage(fn: AnyFunction): FunctionImage | Symbolic | undefined {
  const plan = plans.get(fn) ?? exportedFunction(fn);
  if (plan === undefined || plan instanceof Symbolic) return plan;
  return plan.settled ? refreshed(plan, fn, plan.label) : undefined;
}

/** The image of a function whose captures stay what they are. */
function refreshed(plan: Plan, fn: AnyFunction, label: string): FunctionImage {
  const own = plan.own(fn, plan.image.own);
  if (plan.label !== label) {
    plan.image = { ...plan.image, labels: plan.labels(label) };
    plan.label = label;
  }
  if (own.length > 0 || plan.image.own.length > 0) plan.image = { ...plan.image, own };
  return plan.image;
}

/** What its text told when the function was lifted last. */
export function lastBlueprint(fn: AnyFunction): Blueprint | undefined {
  const plan = plans.get(fn);
  return plan instanceof Symbolic ? undefined : plan?.blueprint;
}

export function keepPlan(fn: AnyFunction, plan: Plan): FunctionImage {
  plans.set(fn, plan);
  return plan.image;
}

export function keepSymbolic(fn: AnyFunction, symbolic: Symbolic): Symbolic {
  plans.set(fn, symbolic);
  return symbolic;
}
