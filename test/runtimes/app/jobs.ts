import { Lock, SharedInt32, sharedArray } from "threadkit";

export interface Named {
  name: string;
}
export const lock = new Lock();
export const hits = new SharedInt32(0);
export const data = sharedArray(Int32Array, 2);
export const double = (x: number): number => 2 * x;
export function half(x: number): number {
  return x / 2;
}
export class Failure extends Error {}
export function fail(): never {
  throw new Failure("on purpose");
}
