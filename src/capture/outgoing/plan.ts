/**
 * Lifts functions out of the running program: text and captured values, ready to travel. Each step knows what the next
 * one needs: what is known of the function (plans.ts), where it stands (peek.ts), its text and what that says
 * (source.ts, unit.ts), the values of what it captures (values.ts), the image (draw.ts).
 */
import { isSharedClass } from "../../memory/classes.ts";
import type { FunctionImage, FunctionLifter, Symbolic } from "../../transfer/boundary.ts";
import { liftedFunction } from "../lifted.ts";
import { refuse } from "../refuse.ts";
import { offsetOf } from "../source/lines.ts";
import { canPeek, type Peek, peek } from "../source/peek.ts";
import { hasSource, sourceOf } from "../source/source.ts";
import { liftFromText } from "../static/lift.ts";
import { canonical } from "../static/stand-ins.ts";
import { refuseUnreadable } from "./check.ts";
import { draw, trailOf } from "./draw.ts";
import { moduleExport } from "./module-export.ts";
import { knownFunction, knownObject } from "./natives.ts";
import { ownProperties } from "./own-properties.ts";
import { type AnyFunction, keepSymbolic, knownImage, lastBlueprint } from "./plans.ts";
import { describe, refuseNative, refuseNodes } from "./refusals.ts";
import { type Blueprint, blueprintOf } from "./unit.ts";
import { valueOf } from "./values.ts";

export const lifter: FunctionLifter = {
  lift,
  wellKnown: knownObject,
  canonical: (fn) => (canPeek() || liftedFunction(fn) ? fn : canonical(fn)),
};

function lift(fn: AnyFunction, label: string): FunctionImage | Symbolic {
  const known = knownImage(fn, label);
  if (known) return known;
  if (!canPeek()) return liftFromText(fn, label);
  const peeked = peek(fn);
  // A function in a script that is known already is the user's; any other may be Node's own.
  const native = peeked && hasSource(peeked.scriptId) ? undefined : knownFunction(fn);
  if (native) return keepSymbolic(fn, native);
  if (!peeked) throw refuseNative(fn, label);
  const blueprint = lastBlueprint(fn) ?? findBlueprint(fn, peeked, label);
  const exported = isSharedClass(fn) ? moduleExport(fn, blueprint.source, blueprint.info) : undefined;
  if (exported) return keepSymbolic(fn, exported);
  const trail = trailOf(fn, blueprint, label);
  return draw(fn, blueprint, label, {
    own: ownProperties(fn),
    ownLater: ownProperties,
    live: () => fn,
    read(slot) {
      const found = valueOf(slot, peeked, fn, blueprint.info.node);
      if (typeof found === "string") throw refuseUnreadable(slot, found, blueprint, trail());
      return found.value;
    },
  });
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
