/** SharedUint32: a 32-bit integer in shared memory. */
import { add, and, compareExchange, exchange, load, or, store, sub, xor } from "#atomics";
import { cover } from "../memory/arena.ts";
import { defineKind, isAdopting, kAt, kInspect, SharedObject } from "../memory/handle.ts";
import { Kind } from "../memory/layout.ts";
import { checkInteger } from "./scalar.ts";

const LOW = 0;
const HIGH = 4_294_967_295;

/**
 * An unsigned 32-bit integer that all threads see.
 *
 * Reading and writing `value` are atomic and sequentially consistent, each by itself: `x.value += 1` is a read and
 * a write, so another thread can come in between; `x.add(1)` is one step. Nothing here blocks. Sums wrap around.
 * Operands that are no such integer are refused: RangeError, TypeError (INVALID_VALUE).
 *
 * @example
 * ```ts run
 * import { SharedUint32, Thread } from "threadkit";
 * const hits = new SharedUint32(0);
 * const threads = [1, 2, 3].map((n) => new Thread({ target: () => hits.add(n) }).start());
 * for (const t of threads) t.join();
 * console.log(hits.value); // 6
 * ```
 */
export class SharedUint32 extends SharedObject {
  readonly #view: Uint32Array;
  readonly #i: number;

  /** @throws RangeError, TypeError (INVALID_VALUE) unless `value` is a whole number from 0 to 4_294_967_295 */
  constructor(value = 0) {
    const born = !isAdopting();
    if (born) checkInteger(value, LOW, HIGH, "make a SharedUint32");
    super(Kind.SharedUint32, 1);
    this.#i = this[kAt];
    const words = cover(this.#i);
    this.#view = new Uint32Array(words.buffer, 0, words.length);
    if (born) this.#view[this.#i] = value;
  }

  /** The value now. Reading it is one step; see the class for `+=`. */
  get value(): number {
    return load(this.#view, this.#i);
  }
  /** @throws RangeError, TypeError (INVALID_VALUE) unless it is a whole number from 0 to 4_294_967_295 */
  set value(value: number) {
    store(this.#view, this.#i, checkInteger(value, LOW, HIGH, "set a SharedUint32"));
  }

  /** Adds in one step. @returns the value before */
  add(n: number): number {
    return add(this.#view, this.#i, checkInteger(n, -HIGH, HIGH, "add to a SharedUint32"));
  }
  /** Subtracts in one step. @returns the value before */
  sub(n: number): number {
    return sub(this.#view, this.#i, checkInteger(n, -HIGH, HIGH, "subtract from a SharedUint32"));
  }
  /** Bitwise and, in one step. @returns the value before */
  and(bits: number): number {
    return and(this.#view, this.#i, checkInteger(bits, LOW, HIGH, "and a SharedUint32"));
  }
  /** Bitwise or, in one step. @returns the value before */
  or(bits: number): number {
    return or(this.#view, this.#i, checkInteger(bits, LOW, HIGH, "or a SharedUint32"));
  }
  /** Bitwise exclusive or, in one step. @returns the value before */
  xor(bits: number): number {
    return xor(this.#view, this.#i, checkInteger(bits, LOW, HIGH, "xor a SharedUint32"));
  }
  /** Puts in a new value in one step. @returns the value before */
  exchange(value: number): number {
    return exchange(this.#view, this.#i, checkInteger(value, LOW, HIGH, "exchange a SharedUint32"));
  }
  /** Puts in `replacement` if the value is `expected`, in one step. @returns the value before */
  compareExchange(expected: number, replacement: number): number {
    checkInteger(expected, LOW, HIGH, "compare a SharedUint32");
    return compareExchange(
      this.#view,
      this.#i,
      expected,
      checkInteger(replacement, LOW, HIGH, "exchange a SharedUint32"),
    );
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
    return `SharedUint32 { ${this.value} }`;
  }
}

defineKind(Kind.SharedUint32, SharedUint32);
