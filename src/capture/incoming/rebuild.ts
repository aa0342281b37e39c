/** Functions and classes come to life in a thread. */
import type { FunctionBuilder, Shell, Unit } from "../../transfer/boundary.ts";
import { rememberOrigin } from "../../transfer/error-classes.ts";
import { instantiate } from "./instance.ts";
import { resolve } from "./resolve.ts";

export const builder: FunctionBuilder = { begin, resolve };

function begin(unit: Unit): Shell {
  const { instance, told, kept } = instantiate(unit);
  const [value, set, fill] = instance;
  if (!unit.isClass) {
    named(value, unit);
    told?.(value as object);
  }
  return {
    value: unit.isClass ? undefined : value,
    set,
    finish(captures) {
      fill(...captures);
      const built = (unit.isClass ? named((value as () => unknown)(), unit) : value) as object;
      if (unit.isClass) {
        told?.(built);
        rememberOrigin(unit.key, built);
      }
      kept?.(built);
      return built;
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
