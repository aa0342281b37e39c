/** Functions and classes come to life in a thread. Their code is compiled once per thread, by the unit's key. */
import { inspects } from "#host";
import type { FunctionBuilder, Shell, Unit } from "../../transfer/boundary.ts";
import { rememberOrigin } from "../../transfer/error-classes.ts";
import { nodeModule } from "../lazy.ts";
import { type Compiled, compileUnit, type Instance, importOf } from "./compile.ts";
import { rememberInstance } from "./rebuilt.ts";
import { namespaceOf, resolve, setBeforeImports } from "./resolve.ts";
import { fromSlice } from "./slice.ts";

export { importAll } from "./resolve.ts";

export interface BuilderOptions {
  /** Called once, before the first import of user code: sets up tsx where workers don't inherit it. */
  readonly registerTsx?: () => void | Promise<void>;
}

interface Cached {
  readonly compiled: Compiled;
  /** Imported names that are read through their namespaces, for they may change. */
  readonly live: readonly number[];
}

const cache = new Map<string, Cached>();

export function createBuilder(options: BuilderOptions = {}): FunctionBuilder {
  if (options.registerTsx) setBeforeImports(options.registerTsx);
  return { begin, resolve };
}

export const builder: FunctionBuilder = createBuilder();

function begin(unit: Unit): Shell {
  const { instance, told } = instantiate(unit);
  const [value, set, fill] = instance;
  if (!unit.isClass) {
    named(value, unit);
    told?.(value as object);
  }
  const kept: unknown[] = [];
  return {
    value: unit.isClass ? undefined : value,
    set(index, late) {
      set(index, late);
      kept[index] = late;
    },
    finish(captures) {
      fill(...captures);
      const built = unit.isClass ? named((value as () => unknown)(), unit) : value;
      if (unit.isClass) {
        told?.(built as object);
        rememberOrigin(unit.key, built);
      }
      if (!inspects()) rememberInstance(built as object, { unit, captures: Object.assign(kept, captures) });
      return built;
    },
  };
}

/** `told`: where it can't be found out later how the function travels, this notes it. */
function instantiate(unit: Unit): { instance: Instance; told?: (value: object) => void } {
  if (unit.slice !== undefined) return fromSlice(unit);
  const { compiled, live } = codeOf(unit);
  return { instance: compiled(...live.map((index) => namespaceOf(importOf(unit, index)))) };
}

/** Whether a name needs the slow live form shows when the module is there: functions and classes don't change. */
function codeOf(unit: Unit): Cached {
  let cached = cache.get(unit.key);
  if (!cached) {
    const imported = new Set(unit.importReads.map(([index]) => index));
    const live = [...imported].filter((index) => {
      const reference = importOf(unit, index);
      return (
        !nodeModule().isBuiltin(reference.specifier) &&
        typeof namespaceOf(reference)[reference.name] !== "function"
      );
    });
    cache.set(unit.key, (cached = { compiled: compileUnit(unit, live), live }));
  }
  return cached;
}

function named(value: unknown, { name }: Unit): unknown {
  const fn = value as { readonly name: string };
  const current = Object.getOwnPropertyDescriptor(fn, "name")?.value;
  if (name !== undefined && typeof current === "string" && current !== name) {
    Object.defineProperty(fn, "name", { value: name, configurable: true });
  }
  return value;
}
