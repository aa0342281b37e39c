/** In the place of incoming/instance.ts: code comes in slices that a build tool has made. */
import type { Unit } from "../../transfer/boundary.ts";
import type { Instance } from "../incoming/compile.ts";
import type { Made } from "../incoming/instance.ts";
import { fromSlice } from "../incoming/slice.ts";

export function instantiate(unit: Unit): Made {
  return unit.slice === undefined ? { instance: structOf(unit) } : fromSlice(unit);
}

/** `"name":"type"` or `"name":c0`, a captured class. */
const FIELD = /("(?:[^"\\]|\\.)*"):(?:("(?:[^"\\]|\\.)*")|c(\d+))/g;

/**
 * The one class that has no slice: what SharedStruct() made. Its text is that call with the fields (`imageOf` in
 * shared/struct.ts), which is made here without evaluating it.
 */
function structOf({ text }: Unit): Instance {
  const captures: unknown[] = [];
  const make = () => {
    const [SharedStruct, ...classes] = captures as [(fields: object) => unknown];
    const fields = [...text.matchAll(FIELD)].map(([, name, type, index]) => [
      JSON.parse(name),
      type === undefined ? classes[Number(index)] : JSON.parse(type),
    ]);
    return SharedStruct(Object.fromEntries(fields));
  };
  return [
    make,
    (index, value) => {
      captures[index] = value;
    },
    (...all) => void Object.assign(captures, all),
  ];
}
