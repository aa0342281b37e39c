/** In the place of rebuild.ts: functions and classes come to life from the slices that a build tool has made. */
import type { FunctionBuilder, Shell, Unit } from "../../transfer/boundary.ts";
import { rememberOrigin } from "../../transfer/error-classes.ts";
import { resolve } from "../incoming/resolve.ts";
import { fromSlice } from "../incoming/slice.ts";

export { importAll } from "../incoming/resolve.ts";

export const builder: FunctionBuilder = { begin, resolve };

function begin(unit: Unit): Shell {
  const { instance, told } = fromSlice(unit);
  const [value, set, fill] = instance;
  if (!unit.isClass) {
    named(value, unit);
    told(value as object);
  }
  return {
    value: unit.isClass ? undefined : value,
    set,
    finish(captures) {
      fill(...captures);
      if (!unit.isClass) return value;
      const cls = named((value as () => unknown)(), unit);
      told(cls as object);
      rememberOrigin(unit.key, cls);
      return cls;
    },
  };
}

function named(value: unknown, { name }: Unit): unknown {
  const fn = value as { readonly name: string };
  const current = Object.getOwnPropertyDescriptor(fn, "name")?.value;
  if (name !== undefined && typeof current === "string" && current !== name)
    Object.defineProperty(fn, "name", { value: name, configurable: true });
  return value;
}
