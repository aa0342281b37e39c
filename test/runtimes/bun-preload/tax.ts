import { SharedInt32, type Thread } from "threadkit";

/** Types that Bun drops. */
export interface Priced {
  readonly price: number;
  readonly thread?: Thread;
}

export const sold = new SharedInt32();

export function tax({ price }: Priced): number {
  if (price < 0) {
    throw new RangeError(`a price of ${price}`); // thrown in a module
  }
  return price * 0.5;
}
