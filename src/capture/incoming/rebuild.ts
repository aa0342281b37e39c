/** Functions and classes come to life in a thread. */
import type { FunctionBuilder, Shell, Unit } from "../../transfer/boundary.ts";
import { rememberOrigin } from "../../transfer/error-classes.ts";
import { instantiate } from "./instance.ts";
import { resolve } from "./resolve.ts";

export const builder: FunctionBuilder = { begin, resolve };

function begin(unit: Unit): Shell {
<<<<<<< HEAD:src/capture/rebuild-lifted.ts
  if (unit.slice === undefined) return structOf(unit);
  const { instance, told } = fromSlice(unit);
=======
  const { instance, told, kept } = instantiate(unit);
>>>>>>> main:src/capture/incoming/rebuild.ts
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
