/**
 * SharedRef: one value of any kind that all threads see.
 *
 * words   meaning                                       who may leave it
 * lock    of updates, with its queue (update-lock.ts); the queue's guard is that of the cell
 * cell    the value (cell.ts)                           under the guard, in one store: set, while no update runs; the
 *                                                       update that has the lock
 *
 * A value that is no block is in the word itself, and reading it needs no guard.
 */
import { load, store } from "#atomics";
import { onDispose } from "../memory/allocator.ts";
import { cover, words } from "../memory/arena.ts";
import { enter, leave } from "../memory/guard.ts";
import { defineKind, dismiss, isAdopting, kAt, kInspect, SharedObject } from "../memory/handle.ts";
import { Kind } from "../memory/layout.ts";
import { Q_GUARD } from "../parking/layout.ts";
import { defineRobust } from "../parking/robust.ts";
import type { SendableValue } from "../transfer/sendable.ts";
import { drop, isBlock, open, pack } from "./cell.ts";
import { discard, disown, IN_HAND, OUT_HAND, openAndLeave } from "./guarded.ts";
import { hold, letGo } from "./hands.ts";
import { type Inspect, type InspectOptions, show } from "./show.ts";
import { holdCell } from "./snapshot.ts";
import {
  isUpdating,
  mustBeUpdater,
  mustBeValue,
  mustOwnUpdate,
  runUpdate,
  runUpdateAsync,
  UPDATE_QUEUE,
  UPDATE_WORDS,
  type UpdateCall,
  updateRobust,
} from "./update-lock.ts";

const GUARD = UPDATE_QUEUE + Q_GUARD;
const CELL = UPDATE_WORDS;
const REF_WORDS = CELL + 1;

const VALUE = "the value of the SharedRef";
const SET: UpdateCall = { doing: "set the SharedRef", twin: "setAsync()" };
const UPDATE: UpdateCall = { doing: "update the SharedRef", twin: "updateAsync()" };

/**
 * A variable that all threads see, for any value that can cross.
 *
 * `get` and `set` are atomic, each by itself; `update` reads, computes and writes as one step. A value is copied in
 * and out, as arguments of a thread are: to change what you got changes your copy only. Shared objects are in it by
 * reference. What happened before `set` or the end of `update` happens before the `get` that sees its value.
 *
 * @example
 * ```ts run
 * import { SharedRef, Thread } from "threadkit";
 * const best = new SharedRef({ name: "nobody", score: 0 });
 * function play(name: string, score: number) {
 *   best.update((now) => (score > now.score ? { name, score } : now));
 * }
 * const threads = [["ann", 3], ["bob", 7], ["cy", 5]].map(
 *   ([name, score]) => new Thread({ target: play, args: [name as string, score as number] }).start(),
 * );
 * for (const t of threads) t.join();
 * console.log(best.get()); // { name: 'bob', score: 7 }
 * ```
 */
export class SharedRef<T> extends SharedObject {
  readonly #at: number;

  /** @throws CaptureError (CANNOT_CROSS) for a value that can't be kept; RangeError (ARENA_FULL) */
  constructor(value: SendableValue<T>) {
    const born = !isAdopting();
    super(Kind.SharedRef, REF_WORDS);
    const at = this[kAt];
    this.#at = at;
    cover(at + REF_WORDS);
    if (!born) return;
    try {
      words[at + CELL] = pack(value, VALUE, this);
    } catch (error) {
      dismiss(this);
      throw error;
    }
  }

  /**
   * The value now. It does not wait for an update that is running, and sees the value before that.
   * @throws RuntimeError (MODULE_NOT_LOADED) for a function or class whose modules this thread has not loaded
   */
  get(): T {
    const at = this.#at;
    const cell = load(words, at + CELL);
    if (!isBlock(cell)) return open(cell) as T;
    enter(words, at + GUARD);
    return openAndLeave(at + GUARD, words[at + CELL]) as T;
  }

  /**
   * Puts in another value. Blocks while another thread's `update` runs; twin: `setAsync`.
   * @throws CaptureError (CANNOT_CROSS) for a value that can't be kept, RangeError (ARENA_FULL); nothing is changed then
   * @throws RuntimeError (UPDATE_NESTED) inside an update of this SharedRef; (WOULD_DEADLOCK) if another async task
   *   of this thread updates it
   * @throws BlockingError (BLOCKING_NOT_ALLOWED) if it would have to wait where this thread must not block
   */
  set(value: T): void {
    const at = this.#at;
    const cell = pack(value, VALUE, this);
    hold(IN_HAND, cell);
    if (setNow(at, cell)) return;
    try {
      runUpdate(at, SET, () => swap(at, cell));
    } catch (error) {
      discard(IN_HAND, cell);
      throw error;
    }
  }

  /**
   * Puts in another value, waiting for a running update without blocking the event loop. Twin: `set`.
   * @throws like `set`, but for BlockingError and WOULD_DEADLOCK
   */
  async setAsync(value: T): Promise<void> {
    const at = this.#at;
    const cell = pack(value, VALUE, this);
    hold(IN_HAND, cell);
    if (setNow(at, cell)) return;
    // While it waits other code uses the hands.
    const held = holdCell(IN_HAND, cell);
    try {
      await runUpdateAsync(at, SET, () => {
        mustOwnUpdate(at, SET);
        hold(IN_HAND, held.take());
        swap(at, cell);
      });
    } finally {
      held.release();
    }
  }

  /** The same as `get()`. */
  get value(): T {
    return this.get();
  }
  /** The same as `set(value)`: blocks while another thread's `update` runs; twin: `setAsync`. */
  set value(value: T) {
    this.set(value);
  }

  /**
   * Puts in what `fn` makes of the value, as one step: no other `set` or `update` comes between. Blocks while another
   * update runs; twin: `updateAsync`. If `fn` fails, or its thread is killed in it, the value stays as it was.
   * @param fn gets a copy of the value, and returns the next one; it must not set or update this SharedRef
   * @returns what `fn` returned
   * @throws what `fn` throws; like `set`; TypeError (INVALID_ARGUMENT, INVALID_VALUE) if `fn` is no function, or async
   */
  update(fn: (value: T) => T): T {
    mustBeUpdater(fn, UPDATE);
    const at = this.#at;
    return runUpdate(at, UPDATE, () => {
      const next = fn(this.get());
      mustBeValue(next, UPDATE);
      this.#store(next);
      return next;
    });
  }

  /**
   * `update` without blocking the event loop, for a function that may be async: the next update begins when its
   * promise has settled. Twin: `update`.
   * @returns what `fn` resolved to
   * @throws like `update`, but for BlockingError and WOULD_DEADLOCK; RuntimeError (UPDATE_LOST) if the thread was
   *   over before `fn` was
   */
  updateAsync(fn: (value: T) => T | PromiseLike<T>): Promise<T> {
    const at = this.#at;
    return runUpdateAsync(at, UPDATE, async () => {
      mustBeUpdater(fn, UPDATE);
      const next = await fn(this.get());
      mustOwnUpdate(at, UPDATE);
      this.#store(next);
      return next;
    });
  }

  /** With the lock. */
  #store(value: T): void {
    const cell = pack(value, VALUE, this);
    hold(IN_HAND, cell);
    swap(this.#at, cell);
  }

  /** The value as a string. */
  override toString(): string {
    return String(this.get());
  }
  /** The value. */
  toJSON(): T {
    return this.get();
  }
  /** @internal */
  [kInspect](depth: number, options: InspectOptions, inspect: Inspect): string {
    return show(this.#at, "SharedRef", () => this.get(), depth, options, inspect);
  }
}

/** Puts the cell in hand in, unless an update is running. */
function setNow(at: number, cell: number): boolean {
  enter(words, at + GUARD);
  // Who takes the lock from here on reads the cell under the guard, or sees what is stored here.
  const may = !isUpdating(at);
  const old = may ? exchangeCell(at, cell) : 0;
  leave(words, at + GUARD);
  if (may) discard(OUT_HAND, old);
  return may;
}

/** Puts the cell in hand in. */
function swap(at: number, cell: number): void {
  enter(words, at + GUARD);
  const old = exchangeCell(at, cell);
  leave(words, at + GUARD);
  discard(OUT_HAND, old);
}

/** Under the guard: the cell in hand takes the place of the old one, which is in the other hand then. */
function exchangeCell(at: number, cell: number): number {
  const old = words[at + CELL];
  hold(OUT_HAND, old);
  store(words, at + CELL, cell);
  letGo(IN_HAND);
  return old;
}

defineKind(Kind.SharedRef, SharedRef as new () => SharedRef<unknown>);
defineRobust(Kind.SharedRef, {
  ...updateRobust,
  mend: (at) => disown(at + GUARD, (cell) => cell === words[at + CELL]),
});
onDispose(Kind.SharedRef, (at) => drop(words[at + CELL]));
