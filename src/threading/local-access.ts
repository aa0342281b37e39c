/** What a ThreadLocal's proxy does: everything happens to the attributes of the thread that does it. */
import { compareExchange } from "#atomics";
import { describe, RuntimeError, typeError } from "../errors/errors.ts";
import { release } from "../memory/allocator.ts";
import { words } from "../memory/arena.ts";
import { SharedObject } from "../memory/handle.ts";
import { ident } from "../parking/realm.ts";
import { type Attributes, attributesUnder, keepAttributes } from "./attributes.ts";
import { packHeld, unpackHeld } from "./held-code.ts";

/** Tells it from every other, also from one that stands in the same block later. */
export const L_SERIAL = 0;
/**
 * The message with its initialiser.
 *
 * L_CODE   meaning                              who may leave it, to what
 * 0        no initialiser, or not crossed yet   the thread that made it, when it first crosses → a message
 * message  what threads run at first access     nobody
 */
export const L_CODE = 1;
export const LOCAL_WORDS = 2;

export type Init = () => object;

/** One for each handle. `target` is the handle: its own properties are the library's, and hidden. */
export class LocalAccess implements ProxyHandler<SharedObject> {
  readonly #at: number;
  readonly #serial: number;
  /** As it was given, in the realm that made the ThreadLocal. */
  readonly #init: Init | undefined;
  /** Ident of the thread that made it here; 0: the handle was rebuilt. */
  readonly #maker: number;
  #running = false;

  constructor(at: number, init: Init | undefined, maker: number) {
    this.#at = at;
    this.#serial = words[at + L_SERIAL];
    this.#init = init;
    this.#maker = maker;
  }

  get(target: SharedObject, key: PropertyKey, receiver: unknown): unknown {
    if (typeof key === "symbol" && key in target) return Reflect.get(target, key, receiver);
    return Reflect.get(this.#attributes(target), key, receiver);
  }

  set(target: SharedObject, key: PropertyKey, value: unknown, receiver: unknown): boolean {
    if (typeof key === "symbol" && key in target) return false;
    const attributes = this.#attributes(target);
    // An object that inherits from the ThreadLocal gets a property of its own.
    if (!isFaceOf(this, receiver)) return Reflect.set(attributes, key, value, receiver);
    attributes[key] = value; // 45 ns less than Reflect.set; throws by itself for what is read-only
    return true;
  }

  has(target: SharedObject, key: PropertyKey): boolean {
    return (typeof key === "symbol" && key in target) || key in this.#attributes(target);
  }

  deleteProperty(target: SharedObject, key: PropertyKey): boolean {
    return Reflect.deleteProperty(this.#attributes(target), key);
  }

  ownKeys(target: SharedObject): (string | symbol)[] {
    return Reflect.ownKeys(this.#attributes(target));
  }

  getOwnPropertyDescriptor(target: SharedObject, key: PropertyKey): PropertyDescriptor | undefined {
    return Reflect.getOwnPropertyDescriptor(this.#attributes(target), key);
  }

  /** Attributes stay configurable: a proxy may not tell of a fixed property that its target lacks. */
  defineProperty(target: SharedObject, key: PropertyKey, descriptor: PropertyDescriptor): boolean {
    if (descriptor.configurable === false) throw fixed(`fix the attribute ${describe(key)}`);
    return Reflect.defineProperty(this.#attributes(target), key, { ...descriptor, configurable: true });
  }

  preventExtensions(): boolean {
    throw fixed("freeze the ThreadLocal");
  }

  setPrototypeOf(): boolean {
    throw fixed("change the prototype of the ThreadLocal");
  }

  /** The calling thread's; made at its first access. */
  #attributes(target: SharedObject): Attributes {
    const known = attributesUnder(this.#serial);
    if (known !== undefined) return known;
    const made = this.#make(Object.getPrototypeOf(target));
    keepAttributes(this.#at, this.#serial, made);
    return made;
  }

  #make(prototype: object): Attributes {
    if (this.#running) {
      throw new RuntimeError(
        "LOCAL_IN_INIT",
        "cannot use the ThreadLocal: its initialiser is running for this thread and uses it. Return an object with the attributes instead of setting them.",
      );
    }
    this.#running = true;
    try {
      const init = this.#initialiser();
      return init === undefined ? Object.create(prototype) : ownOf(init(), prototype);
    } finally {
      this.#running = false;
    }
  }

  /**
   * Unpacked for each thread: threads that follow each other in one realm must not share what it captures. For the
   * same reason the function as it was given serves only the thread that made the ThreadLocal.
   */
  #initialiser(): Init | undefined {
    const code = words[this.#at + L_CODE];
    if (code === 0 || this.#maker === ident) return this.#init;
    return unpackHeld(
      code,
      "run the initialiser of the ThreadLocal",
      "Capture the ThreadLocal in the thread's target or pass it in args, or use it again after a turn of the event loop.",
    ) as Init;
  }

  /** From the first crossing on, the initialiser is there for all threads. */
  publish(face: object): void {
    if (this.#init === undefined || words[this.#at + L_CODE] !== 0) return;
    const message = packHeld(
      this.#init,
      "the initialiser of a ThreadLocal",
      face,
      "Make it inside the initialiser.",
    );
    if (compareExchange(words, this.#at + L_CODE, 0, message) !== 0) release(message);
  }
}

/** The access behind each proxy. */
const accesses = new WeakMap<object, LocalAccess>();

/** The face of a ThreadLocal: users hold it, and it holds the handle. */
export function faceOf(handle: SharedObject, access: LocalAccess): SharedObject {
  const face = new Proxy(handle, access);
  accesses.set(face, access);
  return face;
}

function isFaceOf(access: LocalAccess, receiver: unknown): boolean {
  return accesses.get(receiver as object) === access;
}

export function publish(face: object): void {
  accesses.get(face)?.publish(face);
}

/** What an initialiser returned, as attributes: a copy, since the object may outlive the thread in a module. */
function ownOf(made: unknown, prototype: object): Attributes {
  if (typeof made !== "object" || made === null || made instanceof SharedObject || !isPlain(made)) {
    throw typeError(
      "INVALID_ARGUMENT",
      `cannot make this thread's attributes: the initialiser returned ${describe(made)}. Return an object whose properties are the attributes.`,
    );
  }
  const inherited = Object.getPrototypeOf(made);
  const attributes = Object.create(inherited === Object.prototype ? prototype : inherited);
  for (const key of Reflect.ownKeys(made)) {
    const descriptor = Object.getOwnPropertyDescriptor(made, key);
    Object.defineProperty(attributes, key, { ...descriptor, configurable: true });
  }
  return attributes;
}

/** Built-in objects that are more than their properties, by their tags. */
const HOLLOW =
  /^\[object (Array|Arguments|Map|Set|Weak\w+|Date|RegExp|Promise|Number|String|Boolean|BigInt|Symbol|\w*Array\w*|DataView|URL\w*|\w*Generator|.+ Iterator)\]$/;

/** Has it nothing but properties? The contents of a Map, a promise or an array would stay behind. */
function isPlain(made: object): boolean {
  return !HOLLOW.test(Object.prototype.toString.call(made));
}

function fixed(what: string): TypeError {
  return typeError(
    "INVALID_ARGUMENT",
    `cannot ${what}: every thread has attributes of its own, which can be changed and deleted. Freeze the value of an attribute instead.`,
  );
}
