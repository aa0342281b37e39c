import { SharedInt32, SharedStruct } from "threadkit";
import { Currency } from "#shop/money";

export interface Labelled {
  readonly label: string;
}

export const sold = new SharedInt32();

export class OutOfStock extends Error {
  readonly item: string;
  constructor(item: string) {
    super(`no ${item} left`);
    this.item = item;
  }
}

export function label(item: string): string {
  return `${item} in ${Currency.Euro}`;
}

export class Shelf extends SharedStruct({ count: "int32" }) {
  take(): void {
    if (this.count === 0) {
      throw new OutOfStock("tea"); // thrown in a module
    }
    this.count -= 1;
  }
}

const total = (prices: readonly number[]): number => prices.reduce((sum, price) => sum + price, 0);

export { total, total as "sum of all" };
