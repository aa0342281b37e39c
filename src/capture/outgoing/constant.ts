/** Which functions travel the same every time. */
import type { FunctionImage } from "../../transfer/boundary.ts";
import { Symbolic } from "../../transfer/boundary.ts";
import { type AnyFunction, settledImage } from "./plans.ts";
import { crossesByReference } from "./shared.ts";

/**
 * Will a function that was lifted just now be the same at every later time? Its captures are never reassigned, and are
 * primitives, imports, shared objects, or functions of which the same is true. What others hold may change.
 */
export function isConstant(fn: AnyFunction): boolean {
  return allConstant(fn, new Set());
}

function allConstant(fn: AnyFunction, seen: Set<unknown>): boolean {
  if (seen.has(fn)) return true;
  seen.add(fn);
  const image: FunctionImage | Symbolic | undefined = settledImage(fn);
  if (image === undefined) return false;
  if (image instanceof Symbolic) return true;
  return image.own.length === 0 && image.captures.every((value) => isFixed(value, seen));
}

function isFixed(value: unknown, seen: Set<unknown>): boolean {
  if (typeof value === "function") return allConstant(value as AnyFunction, seen);
  if (typeof value !== "object" || value === null) return true;
  return value instanceof Symbolic || crossesByReference(value);
}
