/**
 * What can't cross, as far as TypeScript can tell: the refusals of refusals.ts, before the program runs. What might
 * cross passes: `any`, `unknown`, type parameters, unions with something that crosses, interfaces of one's own.
 *
 * Kinds are told by shape, so that neither DOM's nor Node's declarations are needed.
 */
import type { SharedObject } from "../memory/handle.ts";

declare const refused: unique symbol;

/** Stands in the place of a value that can't be sent to a thread, and says why. Nothing is of this type. */
export interface CannotSend<Why extends string> {
  /** The reason. */
  readonly [refused]: Why;
}

type Method = (...args: never[]) => unknown;

interface EmitterShape {
  emit: Method;
  eventNames: Method;
  prependOnceListener: Method;
  setMaxListeners: Method;
}
interface SignalShape {
  readonly aborted: boolean;
  throwIfAborted: Method;
}
interface ControllerShape {
  readonly signal: SignalShape;
  abort: Method;
}
interface BodyShape {
  readonly headers: object;
  readonly bodyUsed: boolean;
  arrayBuffer: Method;
  formData: Method;
}
/** What `stat` and `readdir` give. */
interface FileInfoShape {
  isFile: Method;
  isBlockDevice: Method;
  isFIFO: Method;
}
interface HeadersShape {
  append: Method;
  getSetCookie: Method;
}
interface TimeoutShape {
  hasRef: Method;
  ref: Method;
  refresh: Method;
  unref: Method;
}
interface Steps {
  next: Method;
  return: Method;
  throw: Method;
}
type GeneratorShape = Steps & ({ [Symbol.iterator]: Method } | { [Symbol.asyncIterator]: Method });
/** An emitter that may cross after all: a port that is transferred, and `process`, which every thread has. */
type CrossingEmitter = { postMessage: Method; start: Method } | { nextTick: Method; pid: number };

type OneThread =
  | Promise<unknown>
  | WeakMap<never, unknown>
  | WeakSet<never>
  | WeakRef<object>
  | FinalizationRegistry<never>
  | GeneratorShape
  | EmitterShape
  | SignalShape
  | ControllerShape
  | BodyShape
  | HeadersShape
  | FileInfoShape
  | TimeoutShape;

/** A Map has all that a WeakMap has. */
type Crossing = SharedObject | { forEach: Method; readonly size: number } | CrossingEmitter;

/** Why it is refused, in the words of refusals.ts. */
type Reason<T> =
  T extends Promise<unknown>
    ? "it is a promise. Await it and send its value"
    : T extends EmitterShape
      ? "it is a socket, a stream or another emitter of events. Create it inside the thread"
      : T extends GeneratorShape
        ? "it is a generator, whose position cannot be copied. Send an array of its items"
        : T extends SignalShape | ControllerShape
          ? "it is an AbortSignal or its controller, which works only in the thread that made it. Send a SharedBoolean, and set it when the signal aborts"
          : T extends BodyShape
            ? "it is a Request or a Response, which works only in the thread that made it. Send its status or url, headers and body"
            : T extends TimeoutShape
              ? "it is a timer of Node.js, which works only in the thread that made it. Create it inside the thread"
              : T extends HeadersShape | FileInfoShape
                ? "it is an instance of a class. Send the plain data it holds"
                : T extends WeakRef<object>
                  ? "it is a WeakRef, which works only in the thread that made it. Send the object it refers to"
                  : T extends WeakMap<never, unknown>
                    ? "it is a WeakMap, which works only in the thread that made it. Send a Map, or create it inside the thread"
                    : T extends WeakSet<never>
                      ? "it is a WeakSet, which works only in the thread that made it. Send a Set, or create it inside the thread"
                      : "it is a FinalizationRegistry, which works only in the thread that made it. Create it inside the thread";

/** The reason, or undefined: for the value itself. */
type Flat<T> = [0] extends [1 & T]
  ? undefined
  : [T] extends [never]
    ? undefined
    : [T] extends [OneThread]
      ? [T] extends [Crossing]
        ? undefined
        : Reason<T>
      : undefined;

/** The same for items of an array, one level down: an array may be very deep. */
type InItems<T> = T extends readonly (infer Item)[] ? Flat<Item> : undefined;

/** The reason why a value can't be sent, or undefined. */
export type Refusal<T> = [0] extends [1 & T]
  ? undefined
  : [T] extends [never]
    ? undefined
    : Flat<T> extends string
      ? Flat<T>
      : InItems<T>;

type HasRefusal<A extends readonly unknown[]> = [0] extends [1 & A]
  ? false
  : { [K in keyof A]: Refusal<A[K]> }[number] extends undefined
    ? false
    : true;

type Refusals<A extends readonly unknown[]> = {
  readonly [K in keyof A]: Refusal<A[K]> extends infer Why extends string ? CannotSend<Why> : A[K];
};

/**
 * `A`, or what says why one of them can't be sent. The check comes first: with a type parameter in `A` it can't be
 * answered, and TypeScript takes `A` then, since with `any` in its place the answer is no.
 */
export type Sendable<A extends readonly unknown[]> = HasRefusal<A> extends true ? Refusals<A> : A;

/** The same for one value. */
export type SendableValue<T> = Refusal<T> extends string ? CannotSend<Refusal<T> & string> : T;

/** The same for the items of a `map`. */
export type SendableItems<T> =
  Refusal<T> extends string ? readonly CannotSend<Refusal<T> & string>[] : Iterable<T>;

/** What a task returns, or why it can't come back. */
export type SendableResult<R> =
  Refusal<Awaited<R>> extends string ? CannotSend<Refusal<Awaited<R>> & string> : R;

/** Must arguments be given to a function with these parameters? Of type parameters that is not known: no. */
export type NeedsArgs<A extends readonly unknown[]> = [0] extends [1 & A]
  ? false
  : [] extends A
    ? false
    : true;
