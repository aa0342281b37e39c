/**
 * Event: a flag that threads wait for.
 *
 * word     meaning                              who may leave it, to what
 * CLEAR    not set; nobody stands in line       set() → SET; a waiter → AWAITED, under the guard
 * AWAITED  not set; somebody may stand in line  under the guard: set() → SETTING; the last to leave → CLEAR
 * SETTING  set; those in line are being settled set() → SET, under the guard; the supervisor, if it was killed in it
 * SET      set; nobody stands in line           clear() → CLEAR
 *
 * Who was in line when the event was set is settled on its own node, so it returns true even if clear() comes before
 * it runs: the word is not read again. SETTING keeps clear() out until that is done for all, also when the setter is
 * killed in the middle.
 */
import { compareExchange, load, store } from "#atomics";
import { cover, words } from "../memory/arena.ts";
import { enter, leave } from "../memory/guard.ts";
import { defineKind, kAt, kInspect, SharedObject } from "../memory/handle.ts";
import { Kind } from "../memory/layout.ts";
import { checkOptions, checkTimeout, checkWait, deadlineOf, type WaitOptions } from "../parking/deadline.ts";
import { GIFTED, GONE, Q_GUARD, QUEUE_WORDS } from "../parking/layout.ts";
import { type ParkRequest, parkSync, type Steps } from "../parking/park.ts";
import { parkAsync } from "../parking/park-async.ts";
import { isEmpty, wake } from "../parking/queue.ts";
import { defineRobust } from "../parking/robust.ts";
import { lineLength, settleAll } from "./line.ts";

const CLEAR = 0;
const AWAITED = 1;
const SET = 2;
const SETTING = 3;
/** Offset of the wait queue behind the word. */
const QUEUE = 1;

/** SET or SETTING. */
function isOn(word: number): boolean {
  return word >= SET;
}

/**
 * A flag that is set or clear; threads wait until it is set.
 *
 * What happened before `set()` in one thread happens before the return of each `wait()` that it lets through, and
 * before what a thread does that found `isSet()` true.
 *
 * @example
 * ```ts run
 * import { Event, SharedInt32, Thread } from "threadkit";
 * const ready = new Event();
 * const answer = new SharedInt32(0);
 * const t = new Thread({
 *   target: () => {
 *     answer.value = 42;
 *     ready.set();
 *   },
 * }).start();
 * ready.wait();
 * console.log(answer.value); // 42
 * t.join();
 * ```
 */
export class Event extends SharedObject {
  readonly #words: Int32Array;
  readonly #at: number;

  constructor() {
    super(Kind.Event, 1 + QUEUE_WORDS);
    this.#at = this[kAt];
    this.#words = cover(this.#at + QUEUE_WORDS);
  }

  /** Sets the flag and lets all who wait through, also if `clear()` follows at once. Does not block. */
  set(): void {
    const word = compareExchange(this.#words, this.#at, CLEAR, SET);
    if (word === AWAITED) setSlow(this.#at);
  }

  /** Clears the flag: who waits from now on waits for the next `set()`. Does not block. */
  clear(): void {
    if (compareExchange(this.#words, this.#at, SET, CLEAR) === SETTING) clearSlow(this.#at);
  }

  /** True while the flag is set. */
  isSet(): boolean {
    return isOn(load(this.#words, this.#at));
  }

  /**
   * Waits until the flag is set. Blocks; twin: `waitAsync`.
   * @param options.timeout milliseconds to wait at most; 0: only look
   * @returns true when it was set while this call waited, or is set; false when the time was up
   * @throws RangeError, TypeError (INVALID_TIMEOUT, INVALID_OPTIONS)
   * @throws BlockingError (BLOCKING_NOT_ALLOWED) where this thread must not block
   */
  wait(options?: { timeout?: number }): boolean {
    const limit =
      options === undefined
        ? Number.POSITIVE_INFINITY
        : checkTimeout(checkOptions(options, VERB).timeout, VERB);
    if (isOn(load(this.#words, this.#at))) return true;
    if (limit === 0) return false;
    // No spinning first: it makes the setter's wake-up go to another core, which is asleep. Two threads that wake each
    // other take 12 µs there and back without, 20–150 with 10–50 µs of it.
    return parkSync(waitSteps(this.#at), deadlineOf(limit), VERB, "waitAsync()");
  }

  /**
   * Resolves when the flag is set. Never blocks; twin: `wait`.
   * @param options.timeout milliseconds to wait at most; 0: only look
   * @param options.signal ends the wait when it aborts
   * @returns true when it was set while this call waited, or is set; false when the time was up
   * @throws like `wait`; TypeError (INVALID_SIGNAL); rejects with `signal.reason` when aborted
   */
  async waitAsync(options?: WaitOptions): Promise<boolean> {
    const { timeout, signal } = checkWait(options, VERB);
    signal?.throwIfAborted();
    if (isOn(load(this.#words, this.#at))) return true;
    return parkAsync(waitSteps(this.#at), timeout, signal);
  }

  /** @internal */
  [kInspect](): string {
    return `Event { ${this.isSet() ? "set" : "clear"}, ${lineLength(this.#at + QUEUE)} waiting }`;
  }
}

/** `isSet` of the block, without a handle. */
export function isEventSet(at: number): boolean {
  return isOn(load(cover(at), at));
}

const VERB = "wait for the event";

/** The slow path of wait. True: the event was set while we were in line, or is. */
function* waitSteps(at: number): Steps<boolean> {
  const place: ParkRequest = {
    queue: at + QUEUE,
    mustWait: () => markAwaited(at),
    onLeave: () => unmarkAwaited(at),
  };
  for (;;) {
    // One look decides: it may be clear again at the next.
    if (isOn(load(words, at))) return true;
    const outcome = yield place;
    if (outcome === GIFTED) return true;
    if (outcome === GONE) return isOn(load(words, at));
  }
}

/** Under the guard: is it clear? Then set() must come this way. */
function markAwaited(at: number): boolean {
  return !isOn(compareExchange(words, at, CLEAR, AWAITED));
}

/** Under the guard: the last one in line has left, so the word is as if nobody had come. */
function unmarkAwaited(at: number): void {
  if (isEmpty(at + QUEUE)) compareExchange(words, at, AWAITED, CLEAR);
}

function setSlow(at: number): void {
  const queue = at + QUEUE;
  const woken: number[] = [];
  enter(words, queue + Q_GUARD);
  // 1. Set, if it still is not. Nobody in line may be missed from here on, whatever happens to us.
  const word = load(words, at);
  if (word === AWAITED) {
    store(words, at, SETTING);
    // 2. Everybody in line goes through.
    settleAll(queue, GIFTED, woken);
    // 3. Open to clear().
    store(words, at, SET);
  } else if (word === CLEAR) compareExchange(words, at, CLEAR, SET);
  leave(words, queue + Q_GUARD);
  for (const node of woken) wake(node);
}

/** Somebody sets it right now. Waits until that is done, so that none of those in line is missed. */
function clearSlow(at: number): void {
  cover(at + QUEUE);
  enter(words, at + QUEUE + Q_GUARD);
  compareExchange(words, at, SET, CLEAR);
  leave(words, at + QUEUE + Q_GUARD);
}

/** Under the guard of a thread that was killed: finishes its set(). The supervisor tells whom it settles. */
function mend(at: number): void {
  if (load(words, at) === SETTING) {
    settleAll(at + QUEUE, GIFTED);
    store(words, at, SET);
  } else unmarkAwaited(at);
}

/** A waiter died: the word is as if it had never come. */
function tidy(at: number): void {
  enter(words, at + QUEUE + Q_GUARD);
  unmarkAwaited(at);
  leave(words, at + QUEUE + Q_GUARD);
}

defineKind(Kind.Event, Event);
defineRobust(Kind.Event, { queue: QUEUE, mend, abandoned: tidy, passOn: tidy });
