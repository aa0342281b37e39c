/** Several futures at once: which of them are done, and waiting until one more is. */
import { describe, typeError } from "../errors/errors.ts";
import { kAt } from "../memory/handle.ts";
import { parkUntil } from "../parking/park-any.ts";
import { kState, kUnwatch, kWatch } from "./doors.ts";
import { Future } from "./future.ts";
import { helper } from "./help.ts";
import type { Watcher } from "./reactions.ts";
import { CANCELLED, FAILED } from "./words.ts";

/** Milliseconds that a timer may come early. */
const EARLY = 0.5;

export class Watch<T> implements Watcher {
  /** Not known to be done, in the order given. */
  readonly pending: Set<Future<T>>;
  /** The futures that are pending tell it, and no others. */
  #watching = false;
  #controller = new AbortController();
  /** Calls of `next` that wait: several may at a time. */
  readonly #waiting = new Set<() => void>();

  /** @param verb the call, for refusals */
  constructor(futures: Iterable<Future<T>>, verb: string) {
    if (futures === null || futures === undefined || typeof futures[Symbol.iterator] !== "function") {
      throw typeError(
        "INVALID_ARGUMENT",
        `cannot ${verb}: the futures are ${describe(futures)}. Give an array or another iterable of futures.`,
      );
    }
    this.pending = new Set(futures);
    for (const future of this.pending) {
      if (future instanceof Future) continue;
      throw typeError(
        "INVALID_ARGUMENT",
        `cannot ${verb}: one of the futures is ${describe(future)}. Give what submit() returned.`,
      );
    }
  }

  /** Takes out those that are done now. */
  take(): Future<T>[] {
    const done: Future<T>[] = [];
    for (const future of this.pending) if (future[kState] >= CANCELLED) done.push(future);
    for (const future of done) {
      this.pending.delete(future);
      if (this.#watching) future[kUnwatch](this);
    }
    if (done.length > 0) this.told(); // other calls of `next` won't be by these
    return done;
  }

  /** Blocks until one more is done. False: the time was up. */
  block(deadline: number, what: string, twin: string): boolean {
    const ready = () => this.#anyDone();
    for (const future of this.pending) if (helper.now(future[kAt]) || ready()) return true;
    this.#watch();
    const [first] = this.pending;
    return helper.blocked(first[kAt], () => parkUntil(ready, deadline, what, twin));
  }

  /** Resolves when it is worth a look whether one more is done (true), or the time is up. Rejects with the reason of `signal`. */
  async next(deadline: number, signal?: AbortSignal): Promise<boolean> {
    signal?.throwIfAborted();
    this.#watch();
    if (this.#anyDone()) return true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let told: (() => void) | undefined;
    let abort: (() => void) | undefined;
    try {
      return await new Promise<boolean>((resolve, reject) => {
        told = () => resolve(true);
        this.#waiting.add(told);
        const left = deadline - performance.now();
        if (left < Number.POSITIVE_INFINITY) timer = setTimeout(resolve, Math.max(0, left) + EARLY, false);
        abort = () => reject(signal?.reason);
        signal?.addEventListener("abort", abort, { once: true });
      });
    } finally {
      if (told !== undefined) this.#waiting.delete(told);
      clearTimeout(timer);
      if (abort !== undefined) signal?.removeEventListener("abort", abort);
    }
  }

  /** Nobody cares any more: the futures forget it, and waits in lines of other threads' futures are given up. */
  end(): void {
    if (!this.#watching) return;
    this.#watching = false;
    for (const future of this.pending) future[kUnwatch](this);
    this.#controller.abort();
    this.told(); // a call of `next` that still waits watches again
  }

  /** Has all calls of `next` look again. */
  readonly told = (): void => {
    for (const told of this.#waiting) told();
  };

  /** Aborts at the end. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  #anyDone(): boolean {
    for (const future of this.pending) if (future[kState] >= CANCELLED) return true;
    return false;
  }

  /** From now on each of them tells this realm. */
  #watch(): void {
    if (this.#watching) return;
    this.#watching = true;
    if (this.signal.aborted) this.#controller = new AbortController(); // a loop that was left goes on
    for (const future of this.pending) future[kWatch](this);
  }
}

export function hasFailed(future: Future<unknown>): boolean {
  return future[kState] === FAILED;
}
