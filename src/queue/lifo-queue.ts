/** LifoQueue: the newest item comes out first. */
import { defineKind } from "../memory/handle.ts";
import { Kind } from "../memory/layout.ts";
import { kKind } from "../sync/semaphore.ts";
import { Queue } from "./queue.ts";

/**
 * A queue that gives the item that was put last. Everything else is as in `Queue`.
 *
 * @example
 * ```ts run
 * import { LifoQueue } from "threadkit";
 * const stack = new LifoQueue<string>();
 * for (const word of ["first", "second", "third"]) stack.put(word);
 * stack.shutdown();
 * console.log([...stack].join(" ")); // third second first
 * ```
 */
export class LifoQueue<T = unknown> extends Queue<T> {
  /** @internal */
  static override readonly [kKind]: Kind = Kind.LifoQueue;
}

defineKind(Kind.LifoQueue, LifoQueue);
