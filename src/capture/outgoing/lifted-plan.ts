/** The image of a function that a tool has lifted: its captured values are read by the code that the tool left. */
import { isSharedClass } from "../../memory/classes.ts";
import type { FunctionImage, LiftedUnit, Unit } from "../../transfer/boundary.ts";
import { rememberOrigin } from "../../transfer/error-classes.ts";
import { isLibrary } from "../library.ts";
import type { Lifted } from "../lifted.ts";
import { captureLabel, functionCalled, refuse, type Trail } from "../refuse.ts";
import { fileName } from "../source/position.ts";
import { ownProperties } from "./own-properties.ts";
import { crossesByReference } from "./shared.ts";
import { warnOfCopy } from "./warn.ts";

type AnyFunction = (...args: never[]) => unknown;

export interface LiftedPlan {
  readonly image: FunctionImage;
  readonly settled: boolean;
  labels(label: string): readonly string[];
}

/** The name under which a slice takes what a class extends. */
const BASE = "extends";

/** @throws CaptureError if it may not run elsewhere, or a captured binding is not initialised */
export function planLifted(fn: AnyFunction, lifted: Lifted, label: string): LiftedPlan {
  const { unit: known } = lifted;
  const place = (at: string) => `${fileName(known.file)}:${at}`;
  const trail: Trail = { fn: `${functionCalled(known.name)} (${place(positionOf(known))})`, label };
  if (known.refusal) throw refuse(known.refusal[0], known.refusal[1], known.refusal[2], trail);
  const captures = [...readAll(lifted, place, trail)];
  const byValue: string[] = [];
  for (const [name, value] of sharedImports(fn, lifted)) {
    byValue.push(name);
    captures.push(value);
  }
  for (const [index, at, path] of known.changes ?? [])
    warnOfCopy(known.names[index], captures[index], place(at), path, `${lifted.url} ${at}`);
  const unit = unitOf(lifted, byValue);
  if (unit.isClass) rememberOrigin(unit.key, fn);
  const labels = (outer: string) =>
    unit.names.map((name, i) => captureLabel(name, place(known.at[i] ?? positionOf(known)), outer));
  return {
    image: { unit, captures, labels: labels(label), own: ownProperties(fn) },
    settled: known.changing !== true && !captures.includes(undefined),
    labels,
  };
}

function positionOf({ line, column }: LiftedUnit): string {
  return `${line + 1}:${column + 1}`;
}

function readAll({ unit, values }: Lifted, place: (at: string) => string, trail: Trail): readonly unknown[] {
  let read: readonly unknown[];
  try {
    read = values();
  } catch (error) {
    const named = /'([^']+)'|`([^`]+)`/.exec(String((error as Error)?.message));
    throw uninitialised(unit, unit.names.indexOf(named?.[1] ?? named?.[2] ?? ""), place, trail);
  }
  // Bundlers make `var` of top-level constants: then undefined is read too early.
  for (const index of unit.sure ?? [])
    if (read[index] === undefined) throw uninitialised(unit, index, place, trail);
  return read;
}

function uninitialised(unit: LiftedUnit, index: number, place: (at: string) => string, trail: Trail): Error {
  // Minified, the engine's message has another name.
  const name = unit.names[index] ?? unit.names.join(" or ");
  const at = unit.at[index] ?? positionOf(unit);
  const fact = `it is used at ${place(at)} and is not initialised yet`;
  return refuse(`'${name}'`, fact, "Start the thread after its declaration has run", trail);
}

/** Imports of which a second one would be something else, and what a class extends if its instances are shared. */
function sharedImports(fn: AnyFunction, { unit, imports }: Lifted): (readonly [string, unknown])[] {
  const base = unit.base && isSharedClass(fn) ? [[BASE, Object.getPrototypeOf(fn)] as const] : [];
  let values: readonly unknown[];
  try {
    values = imports();
  } catch {
    return base; // A module of a circle that has not run: what it exports is no shared object yet.
  }
  const shared = (unit.imports ?? []).map((name, i) => [name, values[i]] as const);
  return [...shared.filter(([, value]) => isOne(value)), ...base];
}

/** Is it what must not be there twice? What this library exports is in every thread, too. */
function isOne(value: unknown): boolean {
  return isLibrary(value) || isSharedClass(value) || crossesByReference(value);
}

/** Units are kept: a message has the same one once. */
const units = new Map<string, Unit>();

function unitOf({ url, index, unit: known }: Lifted, byValue: readonly string[]): Unit {
  const key = `${url}#${index}${byValue.map((name) => ` ${name}`).join("")}`;
  let unit = units.get(key);
  if (unit === undefined) {
    unit = {
      key,
      file: known.file,
      text: "",
      line: known.line,
      column: known.column,
      isClass: known.isClass === true,
      isMethod: false,
      strict: known.strict !== false,
      names: [...known.names, ...byValue],
      importReads: [],
      name: known.name,
      slice: { url, index, byValue, unit: known },
    };
    units.set(key, unit);
  }
  return unit;
}
