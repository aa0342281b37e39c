/** The checks of what is put into shared scalars, and into fields and arrays of their types. */
import { describe, rangeError, typeError } from "../errors/errors.ts";

export function checkNumber(value: unknown, what: string): number {
  if (typeof value === "number") return value;
  throw typeError("INVALID_VALUE", `cannot ${what}: the value is ${describe(value)}. Give a number.`);
}

export function checkInteger(value: unknown, low: number, high: number, what: string): number {
  const number = checkNumber(value, what);
  if (Number.isInteger(number) && number >= low && number <= high) return number;
  throw rangeError(
    "INVALID_VALUE",
    `cannot ${what}: the value is ${number}. Give a whole number from ${low} to ${high}.`,
  );
}

export function checkBigInt(value: unknown, what: string): bigint {
  if (typeof value !== "bigint") {
    throw typeError("INVALID_VALUE", `cannot ${what}: the value is ${describe(value)}. Give a bigint.`);
  }
  if (BigInt.asIntN(64, value) === value) return value;
  throw rangeError(
    "INVALID_VALUE",
    `cannot ${what}: ${value}n does not fit in 64 bits. Give a smaller bigint.`,
  );
}

export function checkBoolean(value: unknown, what: string): boolean {
  if (typeof value === "boolean") return value;
  throw typeError("INVALID_VALUE", `cannot ${what}: the value is ${describe(value)}. Give true or false.`);
}
