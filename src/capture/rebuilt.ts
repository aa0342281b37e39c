/**
 * Which scripts this thread compiled itself from shipped code, so that a closure inside a thread's target can be
 * shipped again: its text, its file and the origin of its names are known here without asking the inspector.
 */
import type { Reference, Unit } from "../transfer/boundary.ts";
import type { PlacedText } from "./position.ts";

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

export function rebuiltScripts(): readonly RebuiltScript[] {
  return scripts;
}
