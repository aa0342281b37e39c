/** Functions that were shipped here and are shipped on: all that they captured is known from their arrival. */
import { type FunctionImage, Symbolic } from "../../transfer/boundary.ts";
import { instanceOf } from "../incoming/rebuilt.ts";
import { ownProperties } from "../outgoing/own-properties.ts";
import { captureLabel } from "../refuse.ts";
import { fileName } from "../source/position.ts";

export function shippedImage(fn: object, label: string): FunctionImage | undefined {
  const instance = instanceOf(fn);
  if (!instance) return undefined;
  const { unit } = instance;
  const references = new Map(unit.references);
  const place = `${fileName(unit.file)}:${unit.line + 1}:${unit.column + 1}`;
  return {
    unit,
    captures: unit.names.map((_, i) => {
      const reference = references.get(i);
      return reference ? new Symbolic(reference) : instance.captures[i];
    }),
    labels: unit.names.map((name) => captureLabel(name, place, label)),
    own: ownProperties(fn),
  };
}
