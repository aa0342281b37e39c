/** New functions and classes of a unit, from its slice or compiled. Its code is compiled once per thread, by the unit's key. */
import { inspects } from "#host";
import type { Unit } from "../../transfer/boundary.ts";
import { nodeModule } from "../lazy.ts";
import { type Compiled, compileUnit, type Instance, importOf } from "./compile.ts";
import { namespaceOf } from "./importing.ts";
import { rememberInstance } from "./rebuilt.ts";
import { fromSlice } from "./slice.ts";

interface Cached {
  readonly compiled: Compiled;
  /** Imported names that are read through their namespaces, for they may change. */
  readonly live: readonly number[];
}

const cache = new Map<string, Cached>();

export interface Made {
  readonly instance: Instance;
  /** Notes how the function or class travels, where that can't be found out later. */
  told?(value: object): void;
  /** The same, when all that it captured is there. */
  kept?(value: object): void;
}

export function instantiate(unit: Unit): Made {
  if (unit.slice !== undefined) return fromSlice(unit);
  const { compiled, live } = codeOf(unit);
  const instance = compiled(...live.map((index) => namespaceOf(importOf(unit, index))));
  return inspects() ? { instance } : keeping(unit, instance);
}

/** Keeps what is captured, since no inspector can read it again. */
function keeping(unit: Unit, [value, set, fill]: Instance): Made {
  const captures: unknown[] = [];
  return {
    instance: [
      value,
      (index, late) => {
        set(index, late);
        captures[index] = late;
      },
      (...all) => {
        fill(...all);
        Object.assign(captures, all);
      },
    ],
    kept: (built) => rememberInstance(built, { unit, captures }),
  };
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
