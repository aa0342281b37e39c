/**
 * Which scripts this thread compiled itself from shipped code, so that a closure inside a thread's target can be
 * shipped again: its text, its file and the origin of its names are known here without asking the inspector.
 */
import type { Reference, Unit } from "../../transfer/boundary.ts";
import type { PlacedText } from "../source/lines.ts";

export interface RebuiltScript extends PlacedText {
  readonly unit: Unit;
  /** Names of the wrapper that are looked up in every thread: imports, `require`, `import.meta`. */
  readonly references: ReadonlyMap<string, Reference>;
  /** Characters before the unit's text. */
  readonly head: number;
  /** Where the text is longer than the unit's: the end of each such place in the script's text, and by how much. */
  readonly grows: readonly (readonly [from: number, by: number])[];
}

const scripts: RebuiltScript[] = [];

export function rememberScript(script: RebuiltScript): void {
  scripts.push(script);
}

const compiled = new Map<string, PlacedText>();

/** A module that runs from code which a tool compiled. */
export function rememberCompiled(placed: PlacedText): void {
  compiled.set(placed.url, placed);
}

export function compiledModule(url: string): PlacedText | undefined {
  return compiled.get(url);
}

/** The slice of a file, where a loader hook made it and the runtime takes no source map: in Bun. */
export function sliceText(url: string): PlacedText | undefined {
  const { [SLICES]: slices } = globalThis as { [SLICES]?: ReadonlyMap<string, string> };
  const text = slices?.get(url);
  return text === undefined ? undefined : { url, text, lineOffset: 0, columnOffset: 0 };
}
const SLICES = Symbol.for("threadkit.slices");

export function rebuiltScripts(): readonly RebuiltScript[] {
  return scripts;
}

/** What a function that was rebuilt here captured, in the order of its unit's names. */
export interface Instance {
  readonly unit: Unit;
  readonly captures: readonly unknown[];
}

/** Kept where no inspector can read them again; see static/values.ts. */
const instances = new WeakMap<object, Instance>();
const living = new Map<string, WeakRef<object>[]>();

export function rememberInstance(fn: object, instance: Instance): void {
  instances.set(fn, instance);
  const { key } = instance.unit;
  const others = (living.get(key) ?? []).filter((other) => other.deref() !== undefined);
  living.set(key, [...others, new WeakRef(fn)]);
}

export function instanceOf(fn: object): Instance | undefined {
  return instances.get(fn);
}

/** Those of one unit that may still be called. */
export function instancesOf(unit: Unit): Instance[] {
  return (living.get(unit.key) ?? []).flatMap((ref) => {
    const fn = ref.deref();
    return fn === undefined ? [] : [instances.get(fn)!];
  });
}
