/** A unit whose code is in a slice: see lifted.ts. The thread has imported the slice before it decodes. */
import { sliceReference, type Unit } from "../../transfer/boundary.ts";
import { type LiftedUnit, lifted } from "../lifted.ts";
import type { Instance } from "./compile.ts";
import { namespaceOf } from "./importing.ts";

/** What a slice exports for one unit. */
interface SliceEntry {
  make(): Instance;
  imports?(): Record<string, unknown>;
  makeWith?(imports: Record<string, unknown>): Instance;
}

interface SliceExports extends Record<string, unknown> {
  /** Tells it its own URL, for what it lifts itself. */
  at?(url: string): void;
}

/** A new function or class of the unit; `told` says that it can be sent on from here. */
export function fromSlice(unit: Unit): { instance: Instance; told: (value: object) => void } {
  const slice = unit.slice!;
  const exports = namespaceOf(sliceReference(slice)) as SliceExports;
  const entry = exports[`u${slice.index}`] as SliceEntry | undefined;
  if (entry === undefined) throw new Error(`internal: ${slice.url} has no unit ${slice.index}`);
  exports.at?.(slice.url);
  const own = unit.names.length - slice.byValue.length;
  const captures: unknown[] = [];
  const imports = entry.imports?.() ?? {};
  const put = (index: number, value: unknown) =>
    Object.defineProperty(imports, unit.names[index], { value, configurable: true, enumerable: true });
  // Until its value is there, a name must not be taken for the slice's own import.
  for (let i = own; i < unit.names.length; i++) put(i, undefined);
  const [value, setOwn, fillOwn] = slice.byValue.length > 0 ? entry.makeWith!(imports) : entry.make();
  const set = (index: number, captured: unknown) => {
    captures[index] = captured;
    if (index < own) setOwn(index, captured);
    else put(index, captured);
  };
  const fill = (...values: readonly unknown[]) => {
    for (let i = 0; i < values.length; i++) captures[i] = values[i];
    for (let i = own; i < values.length; i++) put(i, values[i]);
    fillOwn(...values.slice(0, own));
  };
  const told = (made: object) => {
    const units: LiftedUnit[] = [];
    units[slice.index] = slice.unit;
    lifted(
      made,
      () => ({ url: slice.url, units }),
      slice.index,
      () => captures.slice(0, own),
      () => (slice.unit.imports ?? []).map((name) => imports[name]),
    );
  };
  return { instance: [value, set, fill], told };
}
