/** SharedBigInt64: a 64-bit integer in shared memory. */
import { add, and, compareExchange, exchange, load, or, store, sub, xor } from "#atomics";
import { bigInt64At } from "../memory/arena.ts";
import { defineKind, isAdopting, kAt, kInspect, SharedObject } from "../memory/handle.ts";
import { Kind } from "../memory/layout.ts";
import { checkBigInt } from "./scalar.ts";

/**
 * A signed 64-bit integer that all threads see, as a bigint.
 *
 * Reading and writing `value` are atomic and sequentially consistent, each by itself; the named operations are one
 * step. Nothing here blocks. Sums wrap around. What is no bigint of at most 64 bits is refused: RangeError, TypeError
 * (INVALID_VALUE).
 *
 * @example
 * ```ts run
 * import { SharedBigInt64 } from "threadkit";
 * const total = new SharedBigInt64(2n ** 40n);
 * console.log(total.add(1n), total.value); // 1099511627776n 1099511627777n
 * ```
 */
export class SharedBigInt64 extends SharedObject {
  readonly #view: BigInt64Array;

  /** @throws RangeError, TypeError (INVALID_VALUE) unless `value` is a bigint of at most 64 bits */
  constructor(value = 0n) {
    const born = !isAdopting();
    if (born) checkBigInt(value, "make a SharedBigInt64");
    super(Kind.SharedBigInt64, 2);
    this.#view = bigInt64At(this[kAt]);
    if (born) this.#view[0] = value;
  }

  /** The value now. Reading it is one step; `+=` is a read and a write. */
  get value(): bigint {
    return load(this.#view, 0);
  }
  /** @throws RangeError, TypeError (INVALID_VALUE) unless it is a bigint of at most 64 bits */
  set value(value: bigint) {
    store(this.#view, 0, checkBigInt(value, "set a SharedBigInt64"));
  }

  /** Adds in one step. @returns the value before */
  add(n: bigint): bigint {
    return add(this.#view, 0, checkBigInt(n, "add to a SharedBigInt64"));
  }
  /** Subtracts in one step. @returns the value before */
  sub(n: bigint): bigint {
    return sub(this.#view, 0, checkBigInt(n, "subtract from a SharedBigInt64"));
  }
  /** Bitwise and, in one step. @returns the value before */
  and(bits: bigint): bigint {
    return and(this.#view, 0, checkBigInt(bits, "and a SharedBigInt64"));
  }
  /** Bitwise or, in one step. @returns the value before */
  or(bits: bigint): bigint {
    return or(this.#view, 0, checkBigInt(bits, "or a SharedBigInt64"));
  }
  /** Bitwise exclusive or, in one step. @returns the value before */
  xor(bits: bigint): bigint {
    return xor(this.#view, 0, checkBigInt(bits, "xor a SharedBigInt64"));
  }
  /** Puts in a new value in one step. @returns the value before */
  exchange(value: bigint): bigint {
    return exchange(this.#view, 0, checkBigInt(value, "exchange a SharedBigInt64"));
  }
  /** Puts in `replacement` if the value is `expected`, in one step. @returns the value before */
  compareExchange(expected: bigint, replacement: bigint): bigint {
    checkBigInt(expected, "compare a SharedBigInt64");
    return compareExchange(this.#view, 0, expected, checkBigInt(replacement, "exchange a SharedBigInt64"));
  }

  /** The digits of the value. */
  override toString(): string {
    return String(this.value);
  }
  /** A string, since JSON knows no bigint. */
  toJSON(): string {
    return String(this.value);
  }
  /** @internal */
  [kInspect](): string {
    return `SharedBigInt64 { ${this.value}n }`;
  }
}

defineKind(Kind.SharedBigInt64, SharedBigInt64);
