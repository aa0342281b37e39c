/** SimpleQueue: without limit, without tasks. */
import { defineKind } from "../memory/handle.ts";
import { Kind } from "../memory/layout.ts";
import { kPut, kPutAsync, QueueObject } from "./base.ts";

/**
 * A queue without a limit, without counting tasks and without an end: first in, first out. `put` never waits.
 *
 * What happened before `put` in one thread happens before the return of the `get` that takes that item in another.
 *
 * @example
 * ```ts run
 * import { SimpleQueue, Thread } from "threadkit";
 * const questions = new SimpleQueue<string>();
 * const answers = new SimpleQueue<number>();
 * const thread = new Thread({ target: () => answers.put(questions.get().length) }).start();
 * questions.put("how long is this?");
 * console.log(answers.get()); // 17
 * thread.join();
 * ```
 */
export class SimpleQueue<T = unknown> extends QueueObject<T> {
  constructor() {
    super(Kind.SimpleQueue, 0);
  }

  /**
   * Puts an item in. Does not block.
   * @param item a shared object, which goes by reference, or any value that can cross, which is copied now
   * @throws CaptureError (CANNOT_CROSS) for what can't cross
   */
  put(item: T): void {
    this[kPut](item, 0);
  }

  /**
   * Puts an item in, as `put` does, and resolves at once: for code that takes either kind of queue.
   * @throws like `put`
   */
  putAsync(item: T): Promise<void> {
    return this[kPutAsync](item, undefined);
  }
}

defineKind(Kind.SimpleQueue, SimpleQueue);
