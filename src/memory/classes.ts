/** Classes that cross by reference, as their instances do: what `SharedStruct` makes, and what extends it. */

/** Inherited from class to class; the value says nothing. */
export const kCrosses: unique symbol = Symbol("threadkit.crosses");

/** Does this function cross as a class that all threads share? */
export function isSharedClass(value: unknown): value is abstract new (...args: never[]) => object {
  return typeof value === "function" && kCrosses in value;
}
