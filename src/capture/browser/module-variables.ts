/** In the place of incoming/module-variables.ts: lifted code is made of ES modules. */
import type { Reference } from "../../transfer/boundary.ts";

export function required({ type }: Reference): unknown {
  throw new Error(`internal: a reference of type ${type} in a browser`);
}
export const moduleVariable = required;
