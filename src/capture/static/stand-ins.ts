/**
 * Stand-ins: functions and classes that are known from the text only, as values that can travel.
 *
 * A function of which there can be but one in the program has one stand-in, which travels for it also where the
 * function itself is at hand: so it arrives once, however a message mentions it.
 */
import { isSharedClass } from "../../memory/classes.ts";
import { instanceOf } from "../incoming/rebuilt.ts";
import { isNative } from "../outgoing/natives.ts";
import type { AnyFunction } from "../outgoing/plans.ts";
import { nameOf } from "../outgoing/refusals.ts";
import type { Source } from "../source/source.ts";
import type { Syntax } from "../syntax/scopes.ts";
import { Ambiguous, find } from "./find.ts";
import { type Located, parentOf } from "./sources.ts";

/** Functions that were found, and those that were not; stand-ins from the start. */
const places = new WeakMap<object, Located | Ambiguous | null>();
const standIns = new WeakMap<Syntax, AnyFunction>();
/** The function that a stand-in stands for, once somebody has handed it over. */
const originals = new WeakMap<object, WeakRef<AnyFunction>>();

export function standIn(located: Located, name: string): AnyFunction {
  const { node } = located.info;
  let fn = standIns.get(node);
  if (!fn) {
    standIns.set(node, (fn = () => {}));
    Object.defineProperty(fn, "name", { value: name });
    places.set(fn, located);
    originals.set(fn, new WeakRef(fn));
  }
  return fn;
}

/** Says which function a stand-in stands for. */
export function noteLive(stands: object, live: object): void {
  if (isStandIn(stands) && stands !== live) originals.set(stands, new WeakRef(live as AnyFunction));
}

/** Is it one, and the function itself has not been seen? */
export function isStandIn(fn: object): boolean {
  return originals.get(fn)?.deref() === fn;
}

/** The function itself where it is known; undefined for a stand-in that is all there is. */
export function liveOne(fn: AnyFunction): AnyFunction | undefined {
  const original = originals.get(fn);
  if (!original) return fn;
  const live = original.deref();
  return live === fn ? undefined : live;
}

/** Where the function stands; undefined: it has no text, or its text is not to be found. */
export function locate(fn: AnyFunction): Located | Ambiguous | undefined {
  let place = places.get(fn);
  if (place === undefined) {
    place = isNative(fn) ? null : (find(Function.prototype.toString.call(fn)) ?? null);
    // What was not found, or not for sure, may be found at another call.
    if (place !== null && !(place instanceof Ambiguous)) places.set(fn, place);
  }
  return place ?? undefined;
}

/** What travels for a function: the stand-in that code captures it by, or itself. */
export function canonical(fn: AnyFunction): AnyFunction {
  if (originals.has(fn) || instanceOf(fn) || isSharedClass(fn)) return fn;
  const place = locate(fn);
  if (!place || place instanceof Ambiguous || !isOnlyOne(place.source, place.info.node)) return fn;
  const stands = standIn(place, nameOf(fn));
  noteLive(stands, fn);
  return stands;
}

/** Is the code evaluated once at most? */
function isOnlyOne(source: Source, node: Syntax): boolean {
  if (source.references) return false;
  for (let around = parentOf(source, node); around; around = parentOf(source, around))
    if (/Function|^For|^While|^DoWhile|^MethodDefinition|^PropertyDefinition/.test(around.type)) return false;
  return true;
}
