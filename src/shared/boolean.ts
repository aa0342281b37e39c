/** SharedBoolean: a flag in shared memory. */
import { compareExchange, exchange, load, store } from "#atomics";
import { cover } from "../memory/arena.ts";
import { defineKind, isAdopting, kAt, kInspect, SharedObject } from "../memory/handle.ts";
import { Kind } from "../memory/layout.ts";
import { checkBoolean } from "./scalar.ts";

/**
 * A flag that all threads see. Reading, writing and the one-step forms are atomic and sequentially consistent; nothing
 * here blocks. What is no boolean is refused: TypeError (INVALID_VALUE).
 *
 * @example
 * ```ts run
 * import { SharedBoolean, sleep, Thread } from "threadkit";
 * const stop = new SharedBoolean();
 * const worker = new Thread({ target: () => { while (!stop.value) sleep(1); } }).start();
 * stop.value = true;
 * worker.join();
 * console.log("stopped");
 * ```
 */
export class SharedBoolean extends SharedObject {
  readonly #words: Int32Array;
  readonly #i: number;

  /** @throws TypeError (INVALID_VALUE) unless `value` is a boolean */
  constructor(value = false) {
    const born = !isAdopting();
    if (born) checkBoolean(value, "make a SharedBoolean");
    super(Kind.SharedBoolean, 1);
    this.#i = this[kAt];
    this.#words = cover(this.#i);
    if (born) this.#words[this.#i] = Number(value);
  }

  /** The value now. Reading it is one step. */
  get value(): boolean {
    return load(this.#words, this.#i) !== 0;
  }
  /** @throws TypeError (INVALID_VALUE) unless it is a boolean */
  set value(value: boolean) {
    store(this.#words, this.#i, Number(checkBoolean(value, "set a SharedBoolean")));
  }
  /** Puts in a new value in one step. @returns the value before */
  exchange(value: boolean): boolean {
    return exchange(this.#words, this.#i, Number(checkBoolean(value, "exchange a SharedBoolean"))) !== 0;
  }
  /** Puts in `replacement` if the value is `expected`, in one step. @returns the value before */
  compareExchange(expected: boolean, replacement: boolean): boolean {
    checkBoolean(expected, "compare a SharedBoolean");
    checkBoolean(replacement, "exchange a SharedBoolean");
    return compareExchange(this.#words, this.#i, Number(expected), Number(replacement)) !== 0;
  }

  /** "true" or "false". */
  override toString(): string {
    return String(this.value);
  }
  /** The value. */
  toJSON(): boolean {
    return this.value;
  }
  /** @internal */
  [kInspect](): string {
    return `SharedBoolean { ${this.value} }`;
  }
}

defineKind(Kind.SharedBoolean, SharedBoolean);
