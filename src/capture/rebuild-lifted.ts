/** In the place of rebuild.ts: functions and classes come to life from the slices that a build tool has made. */
import type { FunctionBuilder, Shell, Unit } from "../transfer/boundary.ts";
import { rememberOrigin } from "../transfer/error-classes.ts";
import { resolve } from "./resolve.ts";
import { fromSlice } from "./slice.ts";

export { importAll } from "./resolve.ts";

export const builder: FunctionBuilder = { begin, resolve };

function begin(unit: Unit): Shell {
  if (unit.slice === undefined) return structOf(unit);
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

/** `"name":"type"` or `"name":c0`, a captured class. */
const FIELD = /("(?:[^"\\]|\\.)*"):(?:("(?:[^"\\]|\\.)*")|c(\d+))/g;

/**
 * The one class that has no slice: what SharedStruct() made. Its text is a call with the fields (`imageOf` in
 * shared/struct.ts), which is made here without evaluating it.
 */
function structOf(unit: Unit): Shell {
  const late: unknown[] = [];
  return {
    value: undefined,
    set: (index, value) => void (late[index] = value),
    finish(captures) {
      const [make, ...classes] = Object.assign([...captures], late) as [(fields: object) => unknown];
      const fields = [...unit.text.matchAll(FIELD)].map(([, name, type, index]) => [
        JSON.parse(name),
        type === undefined ? classes[Number(index)] : JSON.parse(type),
      ]);
      return make(Object.fromEntries(fields));
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
