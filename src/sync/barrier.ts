/** Barrier: threads wait for each other. Its words and rounds are in rounds.ts. */
import { load } from "#atomics";
import { BrokenBarrierError, describe, RuntimeError, typeError } from "../errors/errors.ts";
import { onDispose, release } from "../memory/allocator.ts";
import { cover, words } from "../memory/arena.ts";
import { loadFloat, storeFloat } from "../memory/float.ts";
import { defineKind, isAdopting, kAt, kInspect, SharedObject } from "../memory/handle.ts";
import { Kind } from "../memory/layout.ts";
import {
  checkOptions,
  checkSignal,
  checkTimeout,
  deadlineOf,
  type WaitOptions,
} from "../parking/deadline.ts";
import { parkSync } from "../parking/park.ts";
import { parkAsync } from "../parking/park-async.ts";
import { ident, mine } from "../parking/realm.ts";
import { checkCount } from "./count.ts";
import {
  ACT,
  actorOf,
  arrivedOf,
  arriveLast,
  B_ACTION,
  B_ACTS,
  B_PARTIES,
  B_PHASE,
  B_TIMEOUT,
  BARRIER_WORDS,
  BROKEN,
  breakBarrier,
  EARLY,
  endAction,
  FOUND_BROKEN,
  GAVE_UP,
  newVisit,
  PASSED,
  resetBarrier,
  type Visit,
  waitSteps,
} from "./rounds.ts";

/** What a `Barrier` may be given besides the number of its parties. */
export interface BarrierOptions {
  /** Run by the last thread to arrive, before anybody goes on. Synchronous. */
  action?: () => void;
  /** Milliseconds that each wait lasts at most, unless it says otherwise; absent or Infinity: no limit. */
  timeout?: number;
}

type Action = () => unknown;

/** How an action becomes code that any thread can run: transfer and capture are layers above. */
export interface ActionPort {
  /** @returns a message */
  pack(action: Action, owner: object): number;
  unpack(message: number): Action;
}
let port: ActionPort;
export function setActionPort(actual: ActionPort): void {
  port = actual;
}

/** Opens a private part of Barrier to the port. */
export const kPublishAction: unique symbol = Symbol("threadkit.publishAction");

const MOST_PARTIES = 2 ** 30;
const VERB = "wait at the barrier";
const MAKE = "make a barrier";
const RESET = "Call reset() when all are ready to begin again.";

/**
 * A place where `parties` threads wait until all of them are there; then all go on together, and it is ready for the
 * next round.
 *
 * What happened before `wait()` in each of the threads happens before the action, and that before the return of
 * `wait()` in all of them.
 *
 * @example
 * ```ts run
 * import { Barrier, SharedInt32, Thread } from "threadkit";
 * const sum = new SharedInt32(0);
 * const barrier = new Barrier(3, { action: () => console.log("sum is", sum.value) }); // sum is 6
 * const threads = [1, 2, 3].map((n) =>
 *   new Thread({
 *     target: () => {
 *       sum.add(n);
 *       barrier.wait();
 *     },
 *   }).start(),
 * );
 * for (const t of threads) t.join();
 * console.log(barrier.nWaiting, barrier.broken); // 0 false
 * ```
 */
export class Barrier extends SharedObject {
  readonly #words: Int32Array;
  readonly #at: number;
  /** As it was given, for the thread that gave it. */
  readonly #action: Action | undefined;
  readonly #maker: number = 0;
  #unpacked: { readonly ident: number; readonly action: Action } | undefined;

  /**
   * @param parties how many threads wait for each other: a whole number from 1 on
   * @param options.action run by the last one to arrive. It is taken along with what it uses, as they are when the
   *   barrier first goes to another thread
   * @param options.timeout milliseconds, for each wait that names none
   * @throws RangeError, TypeError (INVALID_VALUE, INVALID_OPTIONS, INVALID_TIMEOUT)
   */
  constructor(parties: number, options?: BarrierOptions) {
    const born = !isAdopting();
    let action: Action | undefined;
    let timeout = Number.POSITIVE_INFINITY;
    if (born) {
      checkCount(parties, 1, MOST_PARTIES, MAKE, "parties");
      const checked = checkOptions(options, MAKE) as BarrierOptions;
      action = checkAction(checked.action);
      timeout = checkTimeout(checked.timeout, MAKE);
    }
    super(Kind.Barrier, BARRIER_WORDS);
    const at = this[kAt];
    this.#at = at;
    this.#words = cover(at + BARRIER_WORDS);
    if (!born) return;
    words[at + B_PARTIES] = parties;
    storeFloat(at + B_TIMEOUT, timeout);
    words[at + B_ACTS] = Number(action !== undefined);
    this.#action = action;
    this.#maker = ident;
  }

  /**
   * Waits until all parties have called `wait`. Blocks; twin: `waitAsync`.
   * @param options.timeout milliseconds to wait at most; absent: the constructor's
   * @returns a number from 0 to parties − 1, another one for each thread: the order in which they came
   * @throws BrokenBarrierError (BARRIER_BROKEN) if the barrier is broken or reset before all are there; when the
   *   time is up, which breaks it
   * @throws what the action throws, in the thread that runs it
   * @throws RuntimeError (BARRIER_IN_ACTION) in the action itself
   * @throws RangeError, TypeError (INVALID_TIMEOUT, INVALID_OPTIONS)
   * @throws BlockingError (BLOCKING_NOT_ALLOWED) where this thread must not block
   */
  wait(options?: { timeout?: number }): number {
    const timeout = this.#timeout(options === undefined ? undefined : checkOptions(options, VERB).timeout);
    const at = this.#at;
    if (load(this.#words, at + B_PHASE) === mine) throw inActionError();
    const visit = newVisit();
    let spot = arriveLast(at, visit);
    if (spot === EARLY) spot = parkSync(waitSteps(at, visit), deadlineOf(timeout), VERB, "waitAsync()");
    return this.#conclude(spot, visit, timeout);
  }

  /**
   * Resolves when all parties have called `wait`. Never blocks, unless it is the last and runs the action; twin:
   * `wait`.
   * @param options.timeout milliseconds to wait at most; absent: the constructor's
   * @param options.signal ends the wait when it aborts
   * @returns like `wait`
   * @throws like `wait`; TypeError (INVALID_SIGNAL); rejects with `signal.reason` when aborted, which breaks the barrier
   */
  async waitAsync(options?: WaitOptions): Promise<number> {
    const { timeout: wanted, signal } = checkOptions(options, VERB);
    const timeout = this.#timeout(wanted);
    checkSignal(signal, VERB)?.throwIfAborted();
    const visit = newVisit();
    let spot = arriveLast(this.#at, visit);
    if (spot === EARLY) spot = await parkAsync(waitSteps(this.#at, visit, signal), timeout, signal);
    return this.#conclude(spot, visit, timeout);
  }

  /**
   * Begins again: those who wait now get `BrokenBarrierError`, and a broken barrier is whole. Does not block.
   * If the action is running, it runs to its end, and then its thread gets `BrokenBarrierError` too.
   */
  reset(): void {
    resetBarrier(this.#at);
  }

  /** Breaks the barrier: who waits, and who comes until `reset()`, gets `BrokenBarrierError`. Does not block. */
  abort(): void {
    breakBarrier(this.#at);
  }

  /** How many threads wait for each other. */
  get parties(): number {
    return this.#words[this.#at + B_PARTIES];
  }

  /** How many of them have come; 0 while it is broken. */
  get nWaiting(): number {
    return arrivedOf(this.#at);
  }

  /** True from a timeout, an abort, a failed action or a death until `reset()`. */
  get broken(): boolean {
    return load(this.#words, this.#at + B_PHASE) === BROKEN;
  }

  #timeout(timeout: unknown): number {
    return timeout === undefined ? loadFloat(this.#at + B_TIMEOUT) : checkTimeout(timeout, VERB);
  }

  /** What came of a wait: an index, or an error. */
  #conclude(spot: number, visit: Visit, timeout: number): number {
    if (spot >= 0) return spot;
    if (spot === ACT) this.#act(visit);
    else if (spot !== PASSED) throw this.#error(spot, timeout);
    return this.parties - 1;
  }

  /** Outside of the guard: it is the user's code, and may take long, fail, or be killed. */
  #act(visit: Visit): void {
    try {
      this.#resolve()();
    } catch (error) {
      endAction(this.#at, visit, false);
      throw error;
    }
    if (!endAction(this.#at, visit, true)) {
      throw new BrokenBarrierError(
        `cannot ${VERB}: it was ${this.broken ? "broken" : "reset"} while this thread ran the action. ${RESET}`,
      );
    }
  }

  /** Unpacked for each thread: threads that follow each other in one realm must not share what it captures. */
  #resolve(): Action {
    if (this.#action !== undefined && this.#maker === ident) return this.#action;
    if (this.#unpacked?.ident !== ident)
      this.#unpacked = { ident, action: port.unpack(words[this.#at + B_ACTION]) };
    return this.#unpacked.action;
  }

  /** @internal From the first crossing on the action is there for all threads. */
  static [kPublishAction](barrier: Barrier): void {
    const at = barrier.#at;
    if (barrier.#action === undefined || words[at + B_ACTION] !== 0) return;
    words[at + B_ACTION] = port.pack(barrier.#action, barrier);
  }

  #error(spot: number, timeout: number): BrokenBarrierError {
    if (spot === FOUND_BROKEN) return new BrokenBarrierError(`cannot ${VERB}: it is broken. ${RESET}`);
    if (spot === GAVE_UP) {
      return new BrokenBarrierError(
        `cannot ${VERB}: the others did not come within ${timeout} ms, and it is broken now. ${RESET}`,
      );
    }
    return new BrokenBarrierError(
      this.broken
        ? `cannot ${VERB}: it was broken while this thread waited. ${RESET}`
        : `cannot ${VERB}: it was reset while this thread waited. Wait again for the next round.`,
    );
  }

  /** @internal */
  [kInspect](): string {
    const phase = load(this.#words, this.#at + B_PHASE);
    const actor = actorOf(phase);
    const state = phase === BROKEN ? "broken, " : actor !== 0 ? `action in thread ${actor}, ` : "";
    return `Barrier { ${state}${this.nWaiting} of ${this.parties} waiting }`;
  }
}

function checkAction(action: unknown): Action | undefined {
  if (action === undefined || typeof action === "function") return action as Action | undefined;
  throw typeError(
    "INVALID_OPTIONS",
    `cannot ${MAKE}: action is ${describe(action)}. Give a function, or leave it out.`,
  );
}

function inActionError(): RuntimeError {
  return new RuntimeError(
    "BARRIER_IN_ACTION",
    `cannot ${VERB}: its action is running in this thread, which would wait for itself. Wait after the action.`,
  );
}

defineKind(Kind.Barrier, Barrier as unknown as new () => Barrier);
onDispose(Kind.Barrier, (at) => {
  if (words[at + B_ACTION] !== 0) release(words[at + B_ACTION]);
});
