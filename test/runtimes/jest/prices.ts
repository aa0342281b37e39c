import { basename } from "node:path";
import { Lock, SharedInt32, SharedStruct } from "threadkit";

export enum Currency {
  Euro = "EUR",
  Pound = "GBP",
}

export const sold = new SharedInt32();
export const gate = new Lock();

export function total(prices: readonly number[]): number {
  return prices.reduce((sum, price) => sum + price, 0);
}

export class Tax {
  readonly #rate: number;
  constructor(rate: number) {
    this.#rate = rate;
  }
  on(price: number): number {
    return price * this.#rate;
  }
}

export class OutOfStock extends Error {
  readonly item: string;
  constructor(item: string) {
    super(`no ${item} left`);
    this.name = "OutOfStock";
    this.item = item;
  }
}

/** Exported by a module: every thread imports it. */
export class Shelf extends SharedStruct({ count: "int32", label: "string", lock: Lock }) {
  take(): void {
    this.lock.with(() => {
      this.count -= 1;
      this.label = basename("/shelf/taken");
    });
  }

  static full(): Shelf {
    return new Shelf({ count: 100 });
  }

  static sellOut(item: string): never {
    throw new OutOfStock(item);
  }
}

export const fullShelf = () => Shelf.full();

export default function greet(name: string): string {
  return `hello ${name}`;
}
