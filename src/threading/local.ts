/** ThreadLocal: one object to the eye, and other attributes behind it in every thread. */
import { describe, typeError } from "../errors/errors.ts";
import { onDispose, release } from "../memory/allocator.ts";
import { words } from "../memory/arena.ts";
import { defineKind, isAdopting, kAt, kInspect, SharedObject, showAs } from "../memory/handle.ts";
import { Kind } from "../memory/layout.ts";
import { ident } from "../parking/realm.ts";
import { nextSerial } from "./attributes.ts";
import { faceOf, type Init, L_CODE, L_SERIAL, LOCAL_WORDS, LocalAccess, publish } from "./local-access.ts";
import { carriesCode, onCrossing } from "./message.ts";

/** What `new ThreadLocal<T>()` gives: a `T` whose properties are those of the calling thread. */
export type ThreadLocal<T extends object = Record<string, unknown>> = T;

/** What `ThreadLocal` is to TypeScript: a class whose instances look like `T`. */
export interface ThreadLocalConstructor {
  /**
   * @param init runs at first access in each thread; its result's own properties are that thread's attributes.
   *   Absent: every thread begins without any.
   * @throws TypeError (INVALID_ARGUMENT) if `init` is no function
   */
  new <T extends object = Record<string, unknown>>(init?: () => T): ThreadLocal<T>;
  /** Of no use: instances are their attributes. */
  readonly prototype: object;
}

/**
 * Attributes of its own in every thread.
 *
 * It is used as the object itself: reading, writing, `in`, `delete` and `Object.keys` act on the attributes of the
 * calling thread. It crosses by reference, and the attributes stay. Nothing here blocks. Attributes belong to a
 * thread and not to an async task: all tasks of a thread see the same ones. They end with the thread. Since no
 * thread sees those of another, they order nothing between threads.
 *
 * @throws what the initialiser throws, out of the access that ran it; the next access tries again
 * @throws RuntimeError (LOCAL_IN_INIT) when the initialiser uses the ThreadLocal that it makes attributes for
 * @throws RuntimeError (MODULE_NOT_LOADED) when it imports a module that did not come along with the thread
 *
 * @example
 * ```ts run
 * import { Thread, ThreadLocal } from "threadkit";
 * const local = new ThreadLocal(() => ({ count: 0 }));
 * local.count = 10;
 * const t = new Thread({
 *   target: () => {
 *     local.count += 1;
 *     console.log("there:", local.count); // there: 1
 *   },
 * }).start();
 * t.join();
 * console.log("here:", local.count); // here: 10
 * ```
 */
export const ThreadLocal: ThreadLocalConstructor = class extends SharedObject {
  constructor(init?: Init) {
    const born = !isAdopting();
    if (born) check(init, new.target === ThreadLocal);
    super(Kind.ThreadLocal, LOCAL_WORDS);
    const at = this[kAt];
    if (born) words[at + L_SERIAL] = nextSerial();
    const face = faceOf(this, new LocalAccess(at, init, born ? ident : 0));
    showAs(this, face);
    // biome-ignore lint/correctness/noConstructorReturn: the proxy is what users hold
    return face as this;
  }

  get [Symbol.toStringTag](): string {
    return "ThreadLocal";
  }

  /** @internal Printing is an access like any other. */
  [kInspect](depth: number, options: { depth?: number | null }, inspect: Inspect): string {
    if (depth < 0 || printing.has(this)) return "[ThreadLocal]";
    printing.add(this);
    try {
      return `ThreadLocal ${inspect({ ...this }, { ...options, depth: options.depth == null ? null : depth - 1 })}`;
    } finally {
      printing.delete(this);
    }
  }
} as never;

type Inspect = (value: unknown, options: object) => string;
/** Those that are being printed: one may be an attribute of itself. */
const printing = new Set<object>();

function check(init: unknown, isExact: boolean): void {
  if (!isExact) {
    throw typeError(
      "INVALID_ARGUMENT",
      "cannot make a subclass of ThreadLocal: its fields would be set in one thread only. Give an initialiser that returns the attributes.",
    );
  }
  if (init !== undefined && typeof init !== "function") {
    throw typeError(
      "INVALID_ARGUMENT",
      `cannot make a ThreadLocal: the initialiser is ${describe(init)}. Give a function that returns an object, or leave it out.`,
    );
  }
}

defineKind(Kind.ThreadLocal, ThreadLocal as never);
onDispose(Kind.ThreadLocal, (at) => {
  if (words[at + L_CODE] !== 0) release(words[at + L_CODE]);
});
carriesCode(Kind.ThreadLocal, L_CODE);
onCrossing(publish);
