import { SharedInt32, SharedStruct } from "threadkit";

export const sold = new SharedInt32();

export function tax(price: number): number {
  if (price < 0) {
    throw new RangeError(`a price of ${price}`); // thrown in a module
  }
  return price * 0.5;
}

export class Shelf extends SharedStruct({ count: "int32" }) {
  take(): void {
    this.count -= 1;
  }
}

export function never(): number {
  return 0;
}
