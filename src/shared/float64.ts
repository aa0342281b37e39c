/** SharedFloat64: a double in shared memory. */
import { compareExchange, exchange, load, store } from "#atomics";
import { bigInt64At } from "../memory/arena.ts";
import { defineKind, isAdopting, kAt, kInspect, SharedObject } from "../memory/handle.ts";
import { Kind } from "../memory/layout.ts";
import { checkNumber } from "./scalar.ts";

/** Atomics know no floats: a double crosses as the 64 bits that it is. */
const scratch = new DataView(new ArrayBuffer(8));
function toBits(value: number): bigint {
  scratch.setFloat64(0, value);
  return scratch.getBigInt64(0);
}
function fromBits(bits: bigint): number {
  scratch.setBigInt64(0, bits);
  return scratch.getFloat64(0);
}

/**
 * A double that all threads see.
 *
 * Reading and writing `value` are atomic and sequentially consistent, each by itself, never torn; `add` and the others
 * are one step. Nothing here blocks. Values compare as numbers: 0 equals -0, NaN equals NaN. What is no number is
 * refused: TypeError (INVALID_VALUE).
 *
 * @example
 * ```ts run
 * import { SharedFloat64, Thread } from "threadkit";
 * const sum = new SharedFloat64();
 * const threads = [0.5, 1.5].map((n) => new Thread({ target: () => sum.add(n) }).start());
 * for (const t of threads) t.join();
 * console.log(sum.value); // 2
 * ```
 */
export class SharedFloat64 extends SharedObject {
  readonly #bits: BigInt64Array;

  /** @throws TypeError (INVALID_VALUE) unless `value` is a number */
  constructor(value = 0) {
    const born = !isAdopting();
    if (born) checkNumber(value, "make a SharedFloat64");
    super(Kind.SharedFloat64, 2);
    this.#bits = bigInt64At(this[kAt]);
    if (born) this.#bits[0] = toBits(value);
  }

  /** The value now. Reading it is one step; `+=` is a read and a write. */
  get value(): number {
    return fromBits(load(this.#bits, 0));
  }
  /** @throws TypeError (INVALID_VALUE) unless it is a number */
  set value(value: number) {
    store(this.#bits, 0, toBits(checkNumber(value, "set a SharedFloat64")));
  }

  /** Adds in one step. @returns the value before */
  add(n: number): number {
    checkNumber(n, "add to a SharedFloat64");
    for (let seen = load(this.#bits, 0); ; ) {
      const before = fromBits(seen);
      const found = compareExchange(this.#bits, 0, seen, toBits(before + n));
      if (found === seen) return before;
      seen = found;
    }
  }
  /** Subtracts in one step. @returns the value before */
  sub(n: number): number {
    return this.add(-checkNumber(n, "subtract from a SharedFloat64"));
  }
  /** Puts in a new value in one step. @returns the value before */
  exchange(value: number): number {
    return fromBits(exchange(this.#bits, 0, toBits(checkNumber(value, "exchange a SharedFloat64"))));
  }
  /** Puts in `replacement` if the value equals `expected`, in one step. @returns the value before */
  compareExchange(expected: number, replacement: number): number {
    checkNumber(expected, "compare a SharedFloat64");
    checkNumber(replacement, "exchange a SharedFloat64");
    for (let seen = load(this.#bits, 0); ; ) {
      const before = fromBits(seen);
      if (before !== expected && !(Number.isNaN(before) && Number.isNaN(expected))) return before;
      const found = compareExchange(this.#bits, 0, seen, toBits(replacement));
      if (found === seen) return before;
      seen = found;
    }
  }

  /** The digits of the value. */
  override toString(): string {
    return String(this.value);
  }
  /** The value. */
  toJSON(): number {
    return this.value;
  }
  /** @internal */
  [kInspect](): string {
    return `SharedFloat64 { ${this.value} }`;
  }
}

defineKind(Kind.SharedFloat64, SharedFloat64);
