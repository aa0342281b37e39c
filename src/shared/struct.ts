/** SharedStruct: classes whose instances all threads see, methods included. */
import { type FunctionImage, kImage, Symbolic } from "../transfer/boundary.ts";
import "./struct-adopt.ts";
import { kDigest } from "./struct-class.ts";
import { isObject, type Layout, layOut } from "./struct-layout.ts";
import { kAccessor, kPlan, StructObject } from "./struct-object.ts";
import type { Fields, StructConstructor } from "./struct-types.ts";

/**
 * Makes a class whose instances cross threads by reference, with their class.
 *
 * Extend it, and methods, getters and statics work in every thread; an instance is one object in each thread, so that
 * `===` and `instanceof` hold. Each read and each write of a field is atomic and sequentially consistent, and never
 * torn; `this.n += 1` is a read and a write, so give it a lock as a field. Nothing here blocks, apart from a few dozen
 * instructions for fields of type `"string"` and `"any"`.
 *
 * Fields begin as 0, 0n, false, "" or undefined, and those that are shared objects as a new one, made with
 * `new Class()`; these are read-only. Numbers are not converted: what does not fit is refused.
 *
 * @param fields names and types: "int8" "uint8" "int16" "uint16" "int32" "uint32" "float32" "float64" "bigint64"
 *   "boolean" "string" "any", or a class of this library, another struct class included
 * @returns a class; its constructor takes initial values by name
 * @throws TypeError (INVALID_STRUCT) for anything else, and at `new` for a subclass with fields or private members of
 *   its own
 * @throws TypeError, RangeError (INVALID_VALUE) at `new` and on assignment for values that don't fit
 *
 * @example
 * ```ts run
 * import { RLock, SharedStruct, Thread } from "threadkit";
 * class Account extends SharedStruct({ balance: "float64", lock: RLock }) {
 *   withdraw(amount: number) {
 *     this.lock.with(() => {
 *       this.balance -= amount;
 *     });
 *   }
 * }
 * const account = new Account({ balance: 100 });
 * const threads = [10, 20].map((n) => new Thread({ target: () => account.withdraw(n) }).start());
 * for (const t of threads) t.join();
 * console.log(account.balance); // 70
 * ```
 */
export function SharedStruct<const F extends Fields>(fields: F): StructConstructor<F> {
  const layout = layOut(fields);
  const accessors = layout.fields.map(StructObject[kAccessor]);
  const base = class extends StructObject {};
  layout.fields.forEach(({ name }, i) => {
    Object.defineProperty(base.prototype, name, { ...accessors[i], enumerable: true, configurable: true });
  });
  Object.defineProperties(base, {
    name: { value: "SharedStruct", configurable: true },
    [kPlan]: { value: { layout, accessors } },
    [kDigest]: { value: layout.digest },
    [kImage]: { value: () => imageOf(layout) },
  });
  return base as never;
}

/** In a thread the call is made again, with the classes of that thread. */
function imageOf({ fields, text: key }: Layout): FunctionImage {
  const classes = fields.filter(({ type }) => isObject(type));
  const names = classes.map((_, i) => `c${i}`);
  const listed = fields.map(({ name, type }) => {
    const value = isObject(type)
      ? names[classes.findIndex((each) => each.name === name)]
      : JSON.stringify(type);
    return `${JSON.stringify(name)}:${value}`;
  });
  const unit = {
    key: `SharedStruct ${key}`,
    file: "threadkit:struct",
    text: `SharedStruct({${listed.join()}})`,
    line: 0,
    column: 0,
    isClass: true,
    isMethod: false,
    strict: true,
    names: ["SharedStruct", ...names],
    importReads: [],
  };
  return {
    unit,
    captures: [new Symbolic({ type: "library", name: "SharedStruct" }), ...classes.map(({ type }) => type)],
    labels: ["SharedStruct", ...classes.map(({ name }) => `the class of the field '${name}'`)],
    own: [],
  };
}
