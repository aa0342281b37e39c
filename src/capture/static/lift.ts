/**
 * Lifts functions without an inspector: a function is found by its text (find.ts), what it captures is read off the
 * source (values.ts), and the image is drawn as any other (outgoing/draw.ts).
 */
import { isSharedClass } from "../../memory/classes.ts";
import type { FunctionImage, Symbolic } from "../../transfer/boundary.ts";
import { draw, trailOf } from "../outgoing/draw.ts";
import { moduleExport } from "../outgoing/module-export.ts";
import { isNative, knownFunction } from "../outgoing/natives.ts";
import { ownProperties } from "../outgoing/own-properties.ts";
import { type AnyFunction, keepSymbolic, type OwnProperties } from "../outgoing/plans.ts";
import { describe, refuseNative } from "../outgoing/refusals.ts";
import { blueprintOf } from "../outgoing/unit.ts";
import { Ambiguous } from "./find.ts";
import { orRefused, refusePlace, useOf } from "./refusals.ts";
import { shippedImage } from "./shipped.ts";
import { isStandIn, liveOne, locate } from "./stand-ins.ts";
import { staticFieldsOf, staticValue } from "./values.ts";

export function liftFromText(fn: AnyFunction, label: string): FunctionImage | Symbolic {
  const shipped = shippedImage(fn, label);
  if (shipped) return shipped;
  const native = knownFunction(fn);
  if (native) return keepSymbolic(fn, native);
  const place = locate(fn);
  if (place === undefined && isNative(fn)) throw refuseNative(fn, label);
  if (place === undefined || place instanceof Ambiguous) throw refusePlace(describe(fn), place, label);
  const blueprint = blueprintOf(place.source, place.info, isSharedClass(fn));
  const exported = isSharedClass(fn) ? moduleExport(fn, place.source, place.info) : undefined;
  if (exported) return keepSymbolic(fn, exported);
  const live = liveOne(fn);
  const trail = trailOf(fn, blueprint, label);
  return draw(fn, blueprint, label, {
    own: live ? ownProperties(live) : orRefused(() => staticFieldsOf(place), describe(fn), trail),
    ownLater,
    live: () => liveOne(fn),
    read: (slot) => orRefused(() => staticValue(slot, place, live), useOf(slot, blueprint), trail),
  });
}

function ownLater(fn: AnyFunction, last: OwnProperties): OwnProperties {
  return isStandIn(fn) ? last : ownProperties(liveOne(fn) ?? fn);
}
