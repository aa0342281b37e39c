/** In the place of plan.ts: what travels is what a build tool has seen, what the library exports, and what is native. */
import { isSharedClass } from "../../memory/classes.ts";
import { type FunctionImage, type FunctionLifter, kImage, Symbolic } from "../../transfer/boundary.ts";
import { exportedFunction } from "../library.ts";
import { liftedFunction } from "../lifted.ts";
import { type LiftedPlan, planLifted } from "../outgoing/lifted-plan.ts";
import { knownFunction, knownObject } from "../outgoing/natives.ts";
import { importOf, ownProperties } from "../outgoing/values.ts";
import { refuse } from "../refuse.ts";

export { knownExports } from "../library.ts";
export { setSharedPredicate } from "../outgoing/values.ts";

type AnyFunction = (...args: never[]) => unknown;

interface Plan extends LiftedPlan {
  image: FunctionImage;
  label: string;
}

const plans = new WeakMap<AnyFunction, Plan | Symbolic>();

export const lifter: FunctionLifter = { lift, wellKnown: knownObject };

function lift(fn: AnyFunction, label: string): FunctionImage | Symbolic {
  const plan = plans.get(fn);
  if (plan instanceof Symbolic) return plan;
  if (plan?.settled) return refreshed(plan, fn, label);
  const exported = exportedFunction(fn);
  if (exported) return exported;
  const noted = isSharedClass(fn) ? importOf(fn) : undefined;
  if (noted) return noted;
  if (Object.hasOwn(fn, kImage)) return (fn as unknown as { [kImage](): FunctionImage })[kImage]();
  const seen = liftedFunction(fn);
  if (seen) {
    const made = { ...planLifted(fn, seen, label), label };
    plans.set(fn, made);
    return made.image;
  }
  const native = knownFunction(fn);
  if (!native) throw refuseUnseen(fn, label);
  plans.set(fn, native);
  return native;
}

/** The image of a function that was lifted before, if none of its captures is ever reassigned. */
export function settledImage(fn: AnyFunction): FunctionImage | Symbolic | undefined {
  const plan = plans.get(fn) ?? exportedFunction(fn);
  if (plan === undefined || plan instanceof Symbolic) return plan;
  return plan.settled ? refreshed(plan, fn, plan.label) : undefined;
}

function refreshed(plan: Plan, fn: AnyFunction, label: string): FunctionImage {
  const own = ownProperties(fn);
  if (plan.label !== label) {
    plan.image = { ...plan.image, labels: plan.labels(label) };
    plan.label = label;
  }
  if (own.length > 0 || plan.image.own.length > 0) plan.image = { ...plan.image, own };
  return plan.image;
}

function refuseUnseen(fn: AnyFunction, label: string): Error {
  const { name } = fn;
  const thing = name ? `function ${name}` : "a function without a name";
  const trail = { fn: label, label: "" };
  if (Function.prototype.toString.call(fn).endsWith("{ [native code] }")) {
    const fact = name.startsWith("bound ")
      ? "it is a bound function, and what it is bound to can't be read"
      : "it is native code without a name of its own in every thread";
    return refuse(thing, fact, "Send an arrow function that makes the call", trail);
  }
  return refuse(
    thing,
    "it was not lifted at build time",
    "Add the plugin (threadkit/vite, threadkit/esbuild, …) to the build, see docs/browsers.md",
    trail,
  );
}
