import { Lock, SharedInt32, SharedStruct } from "threadkit";
import { rate } from "./rate";

export enum Currency {
  Euro = "EUR",
  Pound = "GBP",
}
export const sold = new SharedInt32();
export const gate = new Lock();
export const total = (prices: number[]): number => prices.reduce((sum, price) => sum + price * rate(), 0);

export class Shelf extends SharedStruct({ count: "int32" }) {
  take(): void {
    this.count -= 1;
  }
}

export class OutOfStock extends Error {
  override readonly name = "OutOfStock";
}

export function sellOut(): never {
  throw new OutOfStock("no tea left"); // thrown in a module
}
