/**
 * What all structs have in common: the handle on a block, and how each type of field is read and written.
 *
 * Scalars are one atomic step on their words. The arena's views are read where they stand, and no copy is kept: with
 * many struct classes in a program each field of the handle that an access reads costs it 9 ns. Cells ("string", "any")
 * change under the block's guard, by one store, so that whoever is killed leaves the old value or the new one. Fields
 * that are shared objects never change.
 */
import { load, store } from "#atomics";
import { describe, typeError } from "../errors/errors.ts";
import { retain } from "../memory/allocator.ts";
import { cover, wide, words } from "../memory/arena.ts";
import { kCrosses } from "../memory/classes.ts";
import { enter, leave } from "../memory/guard.ts";
import { handleAt, handleOf, isAdopting, kAt, kInspect, SharedObject } from "../memory/handle.ts";
import { Kind } from "../memory/layout.ts";
import { crossingOf } from "../threading/message.ts";
import { open, pack } from "./cell.ts";
import { discard, IN_HAND, OUT_HAND, openAndLeave } from "./guarded.ts";
import { hold, letGo } from "./hands.ts";
import { checkBigInt, checkBoolean, checkInteger, checkNumber } from "./scalar.ts";
import type { Inspect } from "./show.ts";
import { checkClass, checkInit } from "./struct-check.ts";
import { blockOf, isKnown, publish, type StructClass } from "./struct-class.ts";
import {
  countsOf,
  type Field,
  INTEGERS,
  isObject,
  type Layout,
  S_CLASS,
  S_COUNTS,
  S_FIELDS,
  S_QUEUE,
} from "./struct-layout.ts";

/** What a class's instances consist of: in each class that `SharedStruct` made, and inherited from it. */
export const kPlan: unique symbol = Symbol("threadkit.plan");
export interface Plan {
  readonly layout: Layout;
  /** How the fields are read and written, in the order of the layout. */
  readonly accessors: readonly PropertyDescriptor[];
}
export const kAccessor: unique symbol = Symbol("threadkit.accessor");
export const kJoin: unique symbol = Symbol("threadkit.join");
export const kCross: unique symbol = Symbol("threadkit.cross");

type Planned = StructClass & { readonly [kPlan]: Plan };

const double = new Float64Array(1);
const doubleBits = new BigInt64Array(double.buffer);
const single = new Float32Array(1);
const singleBits = new Int32Array(single.buffer);

const printing = new Set<object>();

export abstract class StructObject extends SharedObject {
  static readonly [kCrosses] = true;

  readonly #at: number;
  /** Handles of fields that are shared objects, by their words in the block, once they were asked for. */
  readonly #objects: (SharedObject | undefined)[] = [];
  /** It was made here and has not crossed. */
  #fresh = false;

  constructor(init?: Readonly<Record<string, unknown>>) {
    const born = !isAdopting();
    const cls = new.target as unknown as Planned;
    const plan = born ? checked(cls, init) : undefined;
    super(Kind.Struct, plan?.layout.words ?? 0);
    const at = this[kAt];
    this.#at = at;
    cover(at);
    if (plan !== undefined) this.#fill(cls, plan, init);
    if (cls !== (StructObject as unknown)) Object.preventExtensions(this);
  }

  /** Nobody else sees the block yet. It is given back with what was stored, should a value be refused or a class fail. */
  #fill(cls: StructClass, { layout, accessors }: Plan, init: Readonly<Record<string, unknown>> = {}): void {
    const at = this.#at;
    const block = blockOf(cls);
    retain(block);
    words[at + S_CLASS] = block;
    words[at + S_COUNTS] = countsOf(layout);
    this.#fresh = true;
    layout.fields.forEach(({ name, type, word }, i) => {
      const value = Object.hasOwn(init, name) ? init[name] : undefined;
      if (isObject(type)) {
        const object = value ?? new (type as new () => SharedObject)();
        this.#objects[word - S_FIELDS] = object as SharedObject;
        const part = partOf(object);
        retain(part);
        words[at + word] = part;
      } else if (value !== undefined) accessors[i].set!.call(this, value);
    });
  }

  /** @internal Before it crosses first, what it consists of does. */
  static [kCross](struct: StructObject): void {
    if (!struct.#fresh) return;
    publish(struct.constructor as StructClass);
    for (const object of struct.#objects) crossingOf(object!);
    struct.#fresh = false;
  }

  /** @internal The class of an instance that was there before it; false: it is not there yet. */
  static [kJoin](struct: StructObject): boolean {
    const cls = handleAt(words[struct.#at + S_CLASS]) as unknown as StructClass | undefined;
    if (cls === undefined) return false;
    Object.preventExtensions(Object.setPrototypeOf(struct, cls.prototype));
    return true;
  }

  /** @internal How a field is read and written. */
  static [kAccessor]({ name, type, word }: Field): PropertyDescriptor & ThisType<StructObject> {
    const what = `set the field '${name}'`;
    if (isObject(type)) {
      const index = word - S_FIELDS;
      return {
        get() {
          return (this.#objects[index] ??= open(words[this.#at + word]) as SharedObject);
        },
        set() {
          throw typeError(
            "READ_ONLY",
            `cannot ${what}: it is a shared object, which stays what it is. Give it to the constructor, or use a field of type "any".`,
          );
        },
      };
    }
    switch (type) {
      case "uint32":
        return {
          get() {
            return load(words, this.#at + word) >>> 0;
          },
          set(value: number) {
            store(words, this.#at + word, checkInteger(value, 0, 4_294_967_295, what) | 0);
          },
        };
      case "float32":
        return {
          get() {
            singleBits[0] = load(words, this.#at + word);
            return single[0];
          },
          set(value: number) {
            single[0] = checkNumber(value, what);
            store(words, this.#at + word, singleBits[0]);
          },
        };
      case "float64":
        return {
          get() {
            doubleBits[0] = load(wide, (this.#at + word) >> 1);
            return double[0];
          },
          set(value: number) {
            double[0] = checkNumber(value, what);
            store(wide, (this.#at + word) >> 1, doubleBits[0]);
          },
        };
      case "bigint64":
        return {
          get() {
            return load(wide, (this.#at + word) >> 1);
          },
          set(value: bigint) {
            store(wide, (this.#at + word) >> 1, checkBigInt(value, what));
          },
        };
      case "boolean":
        return {
          get() {
            return load(words, this.#at + word) === 1;
          },
          set(value: boolean) {
            store(words, this.#at + word, checkBoolean(value, what) ? 1 : 0);
          },
        };
      case "string":
        return {
          get() {
            return this.#read(word) ?? "";
          },
          set(value: string) {
            if (typeof value !== "string") {
              throw typeError(
                "INVALID_VALUE",
                `cannot ${what}: the value is ${describe(value)}. Give a string.`,
              );
            }
            this.#write(word, value, name);
          },
        };
      case "any":
        return {
          get() {
            return this.#read(word);
          },
          set(value: unknown) {
            this.#write(word, value, name);
          },
        };
      default: {
        const [low, high] = INTEGERS[type];
        return {
          get() {
            return load(words, this.#at + word);
          },
          set(value: number) {
            store(words, this.#at + word, checkInteger(value, low, high, what));
          },
        };
      }
    }
  }

  #read(word: number): unknown {
    const guard = this.#at + S_QUEUE;
    enter(words, guard);
    return openAndLeave(guard, load(words, this.#at + word));
  }

  #write(word: number, value: unknown, name: string): void {
    const guard = this.#at + S_QUEUE;
    const cell = pack(value, `the field '${name}'`, this);
    hold(IN_HAND, cell);
    enter(words, guard);
    const old = load(words, this.#at + word);
    // Out of the hand before the store, unlike in containers: nobody mends a struct, so nothing may be in both.
    letGo(IN_HAND);
    store(words, this.#at + word, cell);
    hold(OUT_HAND, old);
    leave(words, guard);
    discard(OUT_HAND, old);
  }

  /** The fields and their values. */
  toJSON(): Record<string, unknown> {
    return this.#values((name) => (this as unknown as Record<string, unknown>)[name]);
  }

  #values(read: (name: string) => unknown): Record<string, unknown> {
    const { fields } = (this.constructor as unknown as Planned)[kPlan].layout;
    return Object.fromEntries(fields.map(({ name }) => [name, read(name)]));
  }

  /** @internal */
  [kInspect](depth: number | null, options: object, inspect: Inspect): string {
    const { name } = this.constructor;
    if ((depth !== null && depth < 0) || printing.has(this)) return `[${name}]`;
    printing.add(this);
    try {
      const values = this.#values((field) => shown(this, field));
      return `${name} ${inspect(values, { ...options, depth })}`;
    } finally {
      printing.delete(this);
    }
  }
}

/** The block of an object that a struct consists of. One that is not its block's handle yet becomes it by crossing. */
function partOf(object: object): number {
  const at = handleOf(object)?.at;
  return at !== undefined && handleAt(at) === object ? at : crossingOf(object)!.at;
}

/** A value whose module is not loaded here can't be shown, and printing must not throw. */
function shown(object: object, name: string): unknown {
  try {
    return (object as Record<string, unknown>)[name];
  } catch (error) {
    return error;
  }
}

function checked(cls: Planned, init: Readonly<Record<string, unknown>> | undefined): Plan {
  if (!isKnown(cls)) checkClass(cls);
  const plan = cls[kPlan];
  checkInit(cls.name, plan.layout, init);
  return plan;
}
