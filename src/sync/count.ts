/** Numbers of permits and of parties: checked at the door. */
import { describe, rangeError, typeError } from "../errors/errors.ts";

/** A whole number from `low` to `high`. `verb` names the call and `what` the number in refusals. */
export function checkCount(count: unknown, low: number, high: number, verb: string, what: string): number {
  const wish = `Give a whole number from ${low} to ${high}.`;
  if (typeof count !== "number")
    throw typeError("INVALID_VALUE", `cannot ${verb}: ${what} is ${describe(count)}. ${wish}`);
  if (!Number.isInteger(count) || count < low || count > high)
    throw rangeError("INVALID_VALUE", `cannot ${verb}: ${what} is ${count}. ${wish}`);
  return count;
}
