/** Timer: a thread that runs a function later, unless it is cancelled before. */
import { or } from "#atomics";
import { describe, rangeError, typeError } from "../errors/errors.ts";
import { onDispose, release, retain } from "../memory/allocator.ts";
import { words } from "../memory/arena.ts";
import { loadFloat, storeFloat } from "../memory/float.ts";
import { adopt, defineKind, isAdopting, kAt } from "../memory/handle.ts";
import { Kind } from "../memory/layout.ts";
import { TIMEOUT_MAX } from "../parking/deadline.ts";
import { T_FLAGS, T_QUEUE, THREAD_WORDS } from "../parking/layout.ts";
import { defineRobust } from "../parking/robust.ts";
import { Event, isEventSet } from "../sync/event.ts";
import type { NeedsArgs, Sendable } from "../transfer/sendable.ts";
import { kFurnish, kShape } from "./doors.ts";
import { disposeThread } from "./registry.ts";
import { LAPSES } from "./states.ts";
import { isThenable } from "./thenable.ts";
import { Thread } from "./thread.ts";

// Behind the words of a thread. None of them changes while the timer lives.
/** Its Event, with a reference. */
const T_FINISHED = THREAD_WORDS;
/** Milliseconds, a double in two words. */
const T_INTERVAL = T_FINISHED + 1;
const TIMER_WORDS = T_INTERVAL + 2;

/** The arguments of a timer's function; they may be left out if it needs none. */
export type TimerArgs<A extends readonly unknown[]> =
  NeedsArgs<A> extends true ? [args: Sendable<readonly [...A]>] : [args?: Sendable<readonly [...A]>];

/**
 * Runs a function in a thread of its own after `interval` milliseconds, unless it is cancelled before.
 *
 * It is a `Thread`: it counts from `start()`, has a name, can be joined, and holds the process while it waits unless
 * it is a daemon. What happened before `start()` happens before the function, and that before what `finished` lets
 * through. Neither the constructor nor `cancel()` blocks.
 *
 * @example
 * ```ts run
 * import { Timer } from "threadkit";
 * const greeting = new Timer(20, (who: string) => console.log("hello", who), ["world"]);
 * const never = new Timer(60_000, () => console.log("too late"));
 * greeting.start();
 * never.start();
 * never.cancel(); // its thread ends at once
 * greeting.join();
 * never.join();
 * console.log(greeting.finished.isSet(), never.finished.isSet()); // true true
 * ```
 */
export class Timer<A extends readonly unknown[] = readonly unknown[]> extends Thread<A> {
  /** @internal */
  static override readonly [kShape]: readonly [Kind, number] = [Kind.Timer, TIMER_WORDS];

  /**
   * @param interval milliseconds from the moment the thread runs; Infinity: only `cancel()` ends the wait
   * @param fn what it runs, shipped like a thread's target; may be async
   * @param args arguments for `fn`
   * @throws TypeError, RangeError (INVALID_TIMEOUT) for a wrong interval; TypeError (INVALID_ARGUMENT)
   */
  constructor(interval: number, fn: (...args: A) => unknown, ...[args]: TimerArgs<A>) {
    const born = !isAdopting();
    if (born) check(interval, fn, args);
    super();
    if (!born) return;
    const finished = new Event();
    retain(finished[kAt]);
    words[this[kAt] + T_FINISHED] = finished[kAt];
    storeFloat(this[kAt] + T_INTERVAL, interval);
    Thread[kFurnish](this as unknown as Thread, fn as (...args: readonly unknown[]) => unknown, args ?? []);
  }

  /** Milliseconds that it waits before it runs its function. */
  get interval(): number {
    return loadFloat(this[kAt] + T_INTERVAL);
  }

  /**
   * Set once the function has run, and by `cancel()`. Not set if the function threw or the thread was killed.
   * If the function is async, it is set when its promise is fulfilled.
   */
  get finished(): Event {
    return adopt(Kind.Event, words[this[kAt] + T_FINISHED]) as Event;
  }

  /**
   * Stops it if its function has not begun: it wakes at once and ends without running it. Any thread may call it, also
   * before `start()`, which then runs to its end at once. Afterwards it changes nothing. Does not block.
   */
  cancel(): void {
    this.finished.set();
  }

  /** Starts the thread, which waits. Does not block. @throws like `Thread.start` */
  override start(): this {
    if (isPlain(this)) or(words, this[kAt] + T_FLAGS, LAPSES);
    return super.start();
  }

  /** Waits, and calls the function. Called directly, it does so in the caller, and blocks. */
  override run(): unknown {
    const { finished } = this;
    if (finished.wait({ timeout: this.interval })) return undefined;
    const result = super.run();
    if (isThenable(result)) return result.then(() => finished.set());
    finished.set();
    return undefined;
  }
}

/** A subclass, or a `run` of its own, may do more than wait and call the function. */
function isPlain(timer: object): boolean {
  return timer.constructor === Timer && Object.keys(timer).length === 0;
}

/** Was it cancelled, so that there is nothing to unpack and to run? */
export function hasLapsed(at: number): boolean {
  return (words[at + T_FLAGS] & LAPSES) !== 0 && isEventSet(words[at + T_FINISHED]);
}

function check(interval: unknown, fn: unknown, args: unknown): void {
  if (typeof interval !== "number") {
    throw typeError(
      "INVALID_TIMEOUT",
      `cannot make a timer: the interval is ${describe(interval)}. Give a number of milliseconds.`,
    );
  }
  if (!((interval >= 0 && interval <= TIMEOUT_MAX) || interval === Number.POSITIVE_INFINITY)) {
    throw rangeError(
      "INVALID_TIMEOUT",
      `cannot make a timer: the interval is ${interval}. Give milliseconds from 0 to ${TIMEOUT_MAX} (TIMEOUT_MAX), or Infinity to wait until it is cancelled.`,
    );
  }
  if (typeof fn !== "function") {
    throw typeError(
      "INVALID_ARGUMENT",
      `cannot make a timer: what it shall run is ${describe(fn)}. Give a function.`,
    );
  }
  if (args !== undefined && !Array.isArray(args)) {
    throw typeError(
      "INVALID_ARGUMENT",
      `cannot make a timer: args is ${describe(args)}. Give an array with the arguments of the function.`,
    );
  }
}

onDispose(Kind.Timer, (at) => {
  disposeThread(at);
  if (words[at + T_FINISHED] !== 0) release(words[at + T_FINISHED]);
});
defineKind(Kind.Timer, Timer as never);
defineRobust(Kind.Timer, { queue: T_QUEUE });
