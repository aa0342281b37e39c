/** PriorityQueue: the item that its order puts first comes out first. How it puts: sorting.ts. */
import { describe, typeError } from "../errors/errors.ts";
import { cover, words } from "../memory/arena.ts";
import { defineKind, isAdopting, kAt } from "../memory/handle.ts";
import { Kind } from "../memory/layout.ts";
import { checkOptions } from "../parking/deadline.ts";
import type { Steps } from "../parking/park.ts";
import { ident } from "../parking/realm.ts";
import { kKind } from "../sync/semaphore.ts";
import { packHeld, unpackHeld } from "../threading/held-code.ts";
import { carriesCode, onCrossing } from "../threading/message.ts";
import { kPutSteps, kTryPut } from "./base.ts";
import { type Compare, checkOrdered, compareDefault } from "./order.ts";
import { Queue } from "./queue.ts";
import { checkNotComparing, putSortedSteps, tryPutByNumber } from "./sorting.ts";
import { BUSY, ORDER, ORDERED } from "./words.ts";

/** What a `PriorityQueue` is made of. */
export interface PriorityQueueOptions<T> {
  /** How many items are in it at most; absent, 0 or below: no limit. */
  maxsize?: number;
  /** Below zero: `a` comes out first; above zero: `b` does; zero: the one that was put first. Synchronous. */
  compare?: (a: T, b: T) => number;
}

const MAKE = "make a queue";
/** Opens a private part to the crossing. */
const kPublishOrder: unique symbol = Symbol("threadkit.publishOrder");

/**
 * A queue that gives its smallest item first, and of equal ones the one that was put first. Everything else is as in
 * `Queue`.
 *
 * Without `compare`, numbers and bigints are in the order of their values, strings in that of `<`, and arrays are
 * compared element by element: `[priority, item]` works with any item.
 *
 * @example
 * ```ts run
 * import { PriorityQueue } from "threadkit";
 * const jobs = new PriorityQueue<[number, string]>();
 * jobs.put([2, "write"]);
 * jobs.put([1, "think"]);
 * jobs.put([2, "zip up"]);
 * jobs.shutdown();
 * console.log([...jobs].map(([, job]) => job).join(", ")); // think, write, zip up
 *
 * const longest = new PriorityQueue<string>({ compare: (a, b) => b.length - a.length });
 * for (const word of ["a", "three", "to", "seven"]) longest.put(word);
 * console.log(longest.get(), longest.get()); // three seven
 * ```
 */
export class PriorityQueue<T = unknown> extends Queue<T> {
  readonly #at: number;
  /** As it was given, for the thread that gave it. */
  readonly #compare: Compare<T> | undefined;
  readonly #maker: number = 0;
  #unpacked: { readonly ident: number; readonly compare: Compare<T> } | undefined;

  /** @internal */
  static override readonly [kKind]: Kind = Kind.PriorityQueue;

  /**
   * @param options.maxsize how many items are in it at most; absent, 0 or below: no limit
   * @param options.compare the order. It is taken along with what it uses, as they are when the queue first goes to
   *   another thread. It runs in `put`, one at a time; if it throws, `put` throws that and has done nothing
   * @throws RangeError, TypeError (INVALID_VALUE, INVALID_OPTIONS)
   */
  constructor(options?: PriorityQueueOptions<T>) {
    const born = !isAdopting();
    const { maxsize, compare } = born ? (checkOptions(options, MAKE) as PriorityQueueOptions<T>) : {};
    if (compare !== undefined && typeof compare !== "function") {
      throw typeError(
        "INVALID_OPTIONS",
        `cannot ${MAKE}: compare is ${describe(compare)}. Give a function, or leave it out.`,
      );
    }
    super(maxsize);
    this.#at = this[kAt];
    if (!born || compare === undefined) return;
    cover(this.#at)[this.#at + ORDERED] = 1;
    this.#compare = compare;
    this.#maker = ident;
  }

  /** @internal */
  override [kTryPut](item: T, cell: number): number {
    checkNotComparing(this.#at);
    if (words[this.#at + ORDERED] !== 0) return BUSY;
    checkOrdered(item);
    return tryPutByNumber(this.#at, item, cell);
  }

  /** @internal */
  override [kPutSteps](item: T, cell: number, once: boolean): Steps<number> {
    return putSortedSteps(this.#at, { item, cell, compare: this.#resolve(), once });
  }

  /** Unpacked for each thread: threads that follow each other in one realm must not share what it captures. */
  #resolve(): Compare<T> {
    if (words[this.#at + ORDERED] === 0) return compareDefault;
    if (this.#compare !== undefined && this.#maker === ident) return this.#compare;
    if (this.#unpacked?.ident !== ident) {
      const compare = unpackHeld(
        words[this.#at + ORDER],
        "compare items of the queue",
        "Capture the queue in the thread's target or pass it in args.",
      ) as Compare<T>;
      this.#unpacked = { ident, compare };
    }
    return this.#unpacked.compare;
  }

  /** @internal From the first crossing on the order is there for all threads. */
  static [kPublishOrder]<T>(queue: PriorityQueue<T>): void {
    const at = queue.#at;
    if (queue.#compare === undefined || words[at + ORDER] !== 0) return;
    words[at + ORDER] = packHeld(
      queue.#compare,
      "the compare function of a PriorityQueue",
      queue,
      "Let it use shared objects of threadkit instead.",
    );
  }
}

carriesCode(Kind.PriorityQueue, ORDER);
onCrossing((value) => {
  if (value instanceof PriorityQueue) PriorityQueue[kPublishOrder](value);
});
defineKind(Kind.PriorityQueue, PriorityQueue);
