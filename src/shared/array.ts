/** sharedArray: a plain typed array on shared memory of its own. */
import { describe, RuntimeError, rangeError, typeError } from "../errors/errors.ts";
import { separateBuffer } from "../memory/arena.ts";
import { checkBigInt, checkNumber } from "./scalar.ts";

/** The constructor of a typed array, such as `Float64Array` or `BigInt64Array`. */
export type TypedArrayConstructor =
  | Int8ArrayConstructor
  | Uint8ArrayConstructor
  | Uint8ClampedArrayConstructor
  | Int16ArrayConstructor
  | Uint16ArrayConstructor
  | Int32ArrayConstructor
  | Uint32ArrayConstructor
  | Float32ArrayConstructor
  | Float64ArrayConstructor
  | BigInt64ArrayConstructor
  | BigUint64ArrayConstructor;

type Item<C extends TypedArrayConstructor> = InstanceType<C>[number];

const NAMES = [
  "Int8Array",
  "Uint8Array",
  "Uint8ClampedArray",
  "Int16Array",
  "Uint16Array",
  "Int32Array",
  "Uint32Array",
  "Float16Array",
  "Float32Array",
  "Float64Array",
  "BigInt64Array",
  "BigUint64Array",
] as const;

const MAKE = "make a shared array";
const ITEM = `${MAKE} of the items`;

/**
 * A typed array whose memory all threads share: the way to large numeric data.
 *
 * It is a plain typed array, with all of its methods and the speed of its elements. It crosses by reference, as an
 * argument and as a captured variable. Nothing in it is atomic by itself: use `Atomics` on integer elements, or a lock.
 * Its memory is outside of what shared objects take, and is freed when no thread has a view on it. It does not block.
 *
 * @param type a constructor such as `Float64Array`; of 64-bit integers, `BigInt64Array` or `BigUint64Array`
 * @param lengthOrItems number of elements, all 0, or their values
 * @throws TypeError (INVALID_ARGUMENT) unless `type` is the constructor of a typed array and `lengthOrItems` a number
 *   or something to loop over
 * @throws TypeError, RangeError (INVALID_VALUE) for a length that is no whole number from 0 on, or items that the type
 *   can't hold (numbers are converted as on assignment to an element: 300 is 44 in a `Uint8Array`)
 * @throws RangeError (OUT_OF_MEMORY) if the system has not as much memory
 *
 * @example
 * ```ts run
 * import { sharedArray, Thread } from "threadkit";
 * const prices = sharedArray(Float64Array, [1.5, 2.5, 4]);
 * const t = new Thread({ target: () => { for (let i = 0; i < prices.length; i++) prices[i] *= 2; } }).start();
 * t.join();
 * console.log(prices.join()); // 3,5,8
 * ```
 */
export function sharedArray<C extends TypedArrayConstructor>(
  type: C,
  lengthOrItems: number | Iterable<Item<C>>,
): InstanceType<C> {
  mustBeTyped(type);
  if (typeof lengthOrItems === "number") return make(type, lengthOrItems);
  const items = valuesIn(lengthOrItems);
  if (type.name.startsWith("Big")) for (const item of items) checkBits(item);
  else for (const item of items) checkNumber(item, ITEM);
  const array = make(type, items.length);
  (array as { set(items: readonly unknown[]): void }).set(items);
  return array;
}

function make<C extends TypedArrayConstructor>(type: C, length: number): InstanceType<C> {
  if (!Number.isInteger(length) || length < 0) {
    throw rangeError(
      "INVALID_VALUE",
      `cannot ${MAKE}: the length is ${length}. Give a whole number from 0 on, or the items.`,
    );
  }
  const bytes = length * type.BYTES_PER_ELEMENT;
  let buffer: SharedArrayBuffer;
  try {
    buffer = separateBuffer(bytes);
  } catch (error) {
    if (error instanceof RuntimeError) throw error; // no memory can be shared here at all
    throw rangeError(
      "OUT_OF_MEMORY",
      `cannot ${MAKE}: there are no ${bytes} bytes of memory for it. Make it smaller, or let go of other arrays.`,
    );
  }
  return new (type as unknown as new (buffer: SharedArrayBuffer) => InstanceType<C>)(buffer);
}

/** By identity: a subclass would not cross as what it is, and a Buffer is one. */
function mustBeTyped(type: unknown): void {
  const globals = globalThis as unknown as Record<string, unknown>;
  if (NAMES.some((name) => globals[name] === type && type !== undefined)) return;
  throw typeError(
    "INVALID_ARGUMENT",
    `cannot ${MAKE}: the type is ${describe(type)}. Give the constructor of a typed array, such as Float64Array.`,
  );
}

function valuesIn<T>(items: Iterable<T>): T[] {
  if (typeof items === "object" && items !== null && typeof items[Symbol.iterator] === "function")
    return [...items];
  throw typeError(
    "INVALID_ARGUMENT",
    `cannot ${MAKE}: the items are ${describe(items)}. Give a length, or an array of items.`,
  );
}

/** Unsigned ones count from 0, signed ones from -2^63: both kinds are taken, as on assignment to an element. */
function checkBits(item: unknown): void {
  if (typeof item !== "bigint") checkBigInt(item, ITEM);
}
