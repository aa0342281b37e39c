/** In the place of outgoing/plan.ts: what travels is what a build tool has seen, what the library exports, and what is native. */
import type { FunctionImage, FunctionLifter, Symbolic } from "../../transfer/boundary.ts";
import { isNative, knownFunction, knownObject } from "../outgoing/natives.ts";
import { type AnyFunction, keepSymbolic, knownImage } from "../outgoing/plans.ts";
import { describe, refuseNative } from "../outgoing/refusals.ts";
import { refuse } from "../refuse.ts";

export const lifter: FunctionLifter = { lift, wellKnown: knownObject };

function lift(fn: AnyFunction, label: string): FunctionImage | Symbolic {
  const known = knownImage(fn, label);
  if (known) return known;
  const native = knownFunction(fn);
  if (native) return keepSymbolic(fn, native);
  if (isNative(fn)) throw refuseNative(fn, label);
  throw refuse(
    describe(fn),
    "it was not lifted at build time",
    "Add the plugin (threadkit/vite, threadkit/esbuild, …) to the build, see docs/browsers.md",
    { fn: label, label: "" },
  );
}
