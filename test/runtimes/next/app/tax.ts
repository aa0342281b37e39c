export interface Priced {
  readonly price: number;
}

export function tax(price: Priced["price"]): number {
  if (price < 0) {
    throw new RangeError(`a price of ${price}`); // thrown in a module
  }
  return price * 0.5;
}
