/** Both ends of a crossing in one realm, for the tests of `src/transfer`. */

import type {
  FunctionBuilder,
  FunctionImage,
  FunctionLifter,
  Shell,
  Unit,
} from "../../src/transfer/boundary.ts";
import { Symbolic } from "../../src/transfer/boundary.ts";
import { decode } from "../../src/transfer/decode.ts";
import { type EncodeOptions, encode } from "../../src/transfer/encode.ts";

/** Stands for the library's shared objects. */
export class Handle {
  readonly at: number;
  constructor(at: number) {
    this.at = at;
  }
}

export const shared = {
  offsetOf: (value: object) => (value instanceof Handle ? { kind: 3, at: value.at } : undefined),
};

/** TypeScript has `WebAssembly` in its DOM library only. */
export const wasm = (globalThis as never as { WebAssembly: Record<string, new (arg: unknown) => object> })
  .WebAssembly;

export const adopt = (_kind: number, at: number): object => new Handle(at);

export function options(more: Partial<EncodeOptions> = {}): EncodeOptions {
  return { label: "args[0]", shared, ...more };
}

/** Encodes and decodes again, from a private copy of the bytes. */
export function cross<T>(value: T, more: Partial<EncodeOptions> = {}, builder?: FunctionBuilder): T {
  const { bytes, extras } = encode(value, options(more));
  return decode(bytes.slice(), { extras, builder, adopt }) as T;
}

/** The sentence of a refusal. */
export function refusal(value: unknown, more: Partial<EncodeOptions> = {}): string {
  try {
    encode(value, options(more));
  } catch (error) {
    return (error as Error).message;
  }
  return "it was not refused";
}

export interface Plan {
  readonly unit: Partial<Unit>;
  readonly captures?: () => unknown[];
  readonly labels?: string[];
  readonly own?: () => [string, unknown][];
}

/** A lifter that knows its functions from a table, and references of a few objects. */
export function lifterOf(
  plans: Map<unknown, Plan | Symbolic>,
  known = new Map<unknown, Symbolic>(),
): FunctionLifter {
  const units = new Map<Plan, Unit>();
  return {
    lift(fn): FunctionImage | Symbolic {
      const plan = plans.get(fn)!;
      if (plan instanceof Symbolic) return plan;
      if (!units.has(plan)) units.set(plan, unitOf(plan.unit));
      const captures = plan.captures?.() ?? [];
      const labels =
        plan.labels ?? captures.map((_, i) => `captured '${plan.unit.names?.[i]}' (demo.ts:${i + 1}:9)`);
      return { unit: units.get(plan)!, captures, labels, own: plan.own?.() ?? [] };
    },
    wellKnown: (value) => known.get(value),
  };
}

function unitOf(unit: Partial<Unit>): Unit {
  return {
    key: "k",
    file: "file:///demo.ts",
    text: "",
    line: 0,
    column: 0,
    isClass: false,
    isMethod: false,
    strict: true,
    names: [],
    importReads: [],
    ...unit,
  };
}

/** Builds from the text with `new Function`: bindings are an array, so that they can be set late. */
export const builder: FunctionBuilder = {
  begin(unit): Shell {
    const cells: Record<string, unknown> = {};
    const make = new Function("cells", `with (cells) { return (${unit.text}); }`);
    for (const name of unit.names) cells[name] = undefined;
    const value = unit.isClass ? undefined : make(cells);
    return {
      value,
      set: (index, late) => void (cells[unit.names[index]] = late),
      finish(captures) {
        captures.forEach((captured, i) => {
          cells[unit.names[i]] = captured;
        });
        return value ?? make(cells);
      },
    };
  },
  resolve: (reference) =>
    reference.type === "global" ? Reflect.get(globalThis, reference.path[0]) : reference,
};
