/**
 * The order of a PriorityQueue that is given none: numbers and bigints by value, strings by their UTF-16 code units (as
 * `<` does), arrays element by element and the shorter one first, as Python's tuples are. Inside of an array, values that
 * have no order (objects, booleans, …) count as equal, so that `[priority, item]` works with any item.
 */
import { describe, typeError } from "../errors/errors.ts";

export type Compare<T> = (a: T, b: T) => number;

const PUT = "put the item";
const OWN = "Give the queue a compare function of your own: new PriorityQueue({ compare }).";

/** What a value can be compared with; "none": nothing, but inside of arrays others like it. */
type Sort = "number" | "string" | "array" | "none";

function sortOf(value: unknown): Sort {
  if (typeof value === "number" || typeof value === "bigint") return "number";
  if (typeof value === "string") return "string";
  return Array.isArray(value) ? "array" : "none";
}

/** Refuses what has no place in the order, even before there is anything to compare it with. */
export function checkOrdered(item: unknown): void {
  if (sortOf(item) === "none")
    throw notComparable(
      `${describe(item)} has no order. Put numbers, bigints, strings or arrays of them. ${OWN}`,
    );
  checkNumbers(item);
}

function checkNumbers(item: unknown): void {
  if (typeof item === "number" && Number.isNaN(item))
    throw notComparable(`NaN has no order. Put a number in its place.`);
  if (Array.isArray(item)) for (const element of item) checkNumbers(element);
}

export function compareDefault(a: unknown, b: unknown): number {
  const sort = sortOf(a);
  if (sort !== sortOf(b))
    throw notComparable(
      `${describe(b)} can't be compared with ${describe(a)}, which is in the queue. ${OWN}`,
    );
  if (sort === "none") return 0;
  if (sort === "array") return compareArrays(a as unknown[], b as unknown[]);
  return (a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0;
}

function compareArrays(a: readonly unknown[], b: readonly unknown[]): number {
  const common = Math.min(a.length, b.length);
  for (let i = 0; i < common; i++) {
    const order = compareDefault(a[i], b[i]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** What a user's function said, which must be a number. */
export function checkOrder(order: unknown): number {
  if (typeof order === "number" && !Number.isNaN(order)) return order;
  throw typeError(
    "NOT_COMPARABLE",
    `cannot ${PUT}: compare returned ${describe(order)}. Return a number: below zero if the first comes out first, above zero if the second does, else zero.`,
  );
}

function notComparable(fact: string): TypeError {
  return typeError("NOT_COMPARABLE", `cannot ${PUT}: ${fact}`);
}
