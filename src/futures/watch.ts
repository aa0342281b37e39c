/** Several futures at once: which of them are done, and waiting until one more is. */
import { describe, typeError } from "../errors/errors.ts";
import { kAt } from "../memory/handle.ts";
import { parkUntil } from "../parking/park-any.ts";
import { kState, kWatch } from "./doors.ts";
import { Future } from "./future.ts";
import { helper } from "./help.ts";
import { CANCELLED, FAILED } from "./words.ts";

export class Watch<T> {
  /** Not known to be done, in the order given. */
  readonly pending: Set<Future<T>>;
  readonly #controller = new AbortController();
  #watching = false;
  #told: (() => void) | undefined;

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
    for (const future of done) this.pending.delete(future);
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

  /** Resolves when one more is done (true), or the time is up. Rejects with the reason of `signal`. */
  async next(deadline: number, signal?: AbortSignal): Promise<boolean> {
    signal?.throwIfAborted();
    this.#watch();
    if (this.#anyDone()) return true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let abort: (() => void) | undefined;
    try {
      return await new Promise<boolean>((resolve, reject) => {
        this.#told = () => resolve(true);
        const left = deadline - performance.now();
        if (left < Number.POSITIVE_INFINITY) timer = setTimeout(resolve, Math.max(0, left) + 0.5, false);
        abort = () => reject(signal?.reason);
        signal?.addEventListener("abort", abort, { once: true });
      });
    } finally {
      this.#told = undefined;
      clearTimeout(timer);
      if (abort !== undefined) signal?.removeEventListener("abort", abort);
    }
  }

  /** Nobody cares any more: waits in lines of other threads' futures are given up. */
  end(): void {
    this.#controller.abort();
  }

  #anyDone(): boolean {
    for (const future of this.pending) if (future[kState] >= CANCELLED) return true;
    return false;
  }

  /** From now on each of them tells this realm. */
  #watch(): void {
    if (this.#watching) return;
    this.#watching = true;
    const told = () => this.#told?.();
    for (const future of this.pending) future[kWatch](told, this.#controller.signal);
  }
}

export function hasFailed(future: Future<unknown>): boolean {
  return future[kState] === FAILED;
}
