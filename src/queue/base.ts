/** What all queues have in common: getting, and the frame of putting. */
import { QueueEmptyError, QueueFullError, QueueShutDownError } from "../errors/errors.ts";
import { cover } from "../memory/arena.ts";
import { isAdopting, kAt, kInspect, SharedObject } from "../memory/handle.ts";
import { Kind } from "../memory/layout.ts";
import { checkWait, deadlineOf, type WaitOptions } from "../parking/deadline.ts";
import type { Steps } from "../parking/park.ts";
import { parkSync } from "../parking/park.ts";
import { parkAsync } from "../parking/park-async.ts";
import { isBlock, pack } from "../shared/cell.ts";
import { hold } from "../shared/hands.ts";
import { lineLength } from "../sync/line.ts";
import { type AcquireOptions, acquireTimeout } from "../sync/lockable.ts";
import "./closing.ts";
import { putSteps, spinForRoom, tryPut } from "./putting.ts";
import { discardItem, ITEM_HAND } from "./slots.ts";
import { type Layout, newStore, RING, SORTED, STACK } from "./store.ts";
import { spinForItem, TAKEN, type Taken, takeSteps, tryTake, valueOf } from "./taking.ts";
import { EMPTY, FULL, LINE, MAXSIZE, PUT, SHUT, STORE, sizeNow, WORDS } from "./words.ts";

const GET = "get an item";
export const PUT_VERB = "put the item";

/** Parts of a queue for its own classes. */
export const kPut: unique symbol = Symbol("threadkit.put");
export const kPutAsync: unique symbol = Symbol("threadkit.putAsync");
export const kTake: unique symbol = Symbol("threadkit.take");
export const kTakeAsync: unique symbol = Symbol("threadkit.takeAsync");
export const kTryPut: unique symbol = Symbol("threadkit.tryPut");
export const kPutSteps: unique symbol = Symbol("threadkit.putSteps");

/** What a queue prints of itself. */
export const kDetails: unique symbol = Symbol("threadkit.details");

const ITEM = "an item of a queue";
const EVER = Number.POSITIVE_INFINITY;

/** Base of the queues. */
export abstract class QueueObject<T> extends SharedObject {
  readonly #at: number;
  readonly #layout: Layout;

  /** @internal */
  constructor(kind: Kind, maxsize: number) {
    const born = !isAdopting();
    super(kind, WORDS);
    const at = this[kAt];
    this.#at = at;
    this.#layout = kind === Kind.LifoQueue ? STACK : kind === Kind.PriorityQueue ? SORTED : RING;
    const words = cover(at + WORDS);
    if (!born) return;
    words[at + MAXSIZE] = maxsize;
    words[at + STORE] = newStore();
  }

  /**
   * Takes the next item, waiting while there is none. Blocks; twin: `getAsync`.
   *
   * @param options.blocking false: try once
   * @param options.timeout milliseconds to wait at most
   * @returns the item. The queue has it no more, and keeps nothing of it
   * @throws QueueEmptyError (QUEUE_EMPTY) when the time was up or, without blocking, there was none
   * @throws QueueShutDownError (QUEUE_SHUT_DOWN) when the queue was shut down and has nothing any more
   * @throws RuntimeError (MODULE_NOT_LOADED) if the item is code that imports a module which this thread has not loaded;
   *   the item is still there
   * @throws RangeError, TypeError (INVALID_TIMEOUT, INVALID_OPTIONS)
   * @throws BlockingError (BLOCKING_NOT_ALLOWED) where this thread must not block
   */
  get(options?: AcquireOptions): T {
    const limit = options === undefined ? EVER : acquireTimeout(options, GET);
    const cell = tryTake(this.#at, this.#layout);
    if (cell & 1) return (cell >> 1) as T;
    if (cell !== EMPTY && cell !== SHUT) return valueOf(this.#at, this.#layout, cell) as T;
    return this.#itemOf(this.#takeSlow(cell, limit), limit);
  }

  /**
   * Takes the next item without blocking the event loop. Twin: `get`.
   * @param options.timeout milliseconds to wait at most
   * @param options.signal ends the wait
   * @returns the item
   * @throws like `get`; rejects with `signal.reason` when aborted
   */
  async getAsync(options?: WaitOptions): Promise<T> {
    const { timeout, signal } = checkWait(options, GET);
    return this.#itemOf(await this[kTakeAsync](timeout, signal), timeout);
  }

  /**
   * Takes the next item if there is one: `get({ blocking: false })`. Does not block.
   * @throws QueueEmptyError (QUEUE_EMPTY), QueueShutDownError (QUEUE_SHUT_DOWN)
   */
  getNowait(): T {
    return this.#itemOf(this[kTake](0), 0);
  }

  /** How many items are in it and not on their way to a waiting thread. By the time you read it, it may be another number. */
  qsize(): number {
    return sizeNow(this.#at);
  }

  /** Is `qsize()` zero? By the time you know, it may be different. */
  empty(): boolean {
    return sizeNow(this.#at) === 0;
  }

  /** @internal */
  [kTake](limit: number): Taken {
    const cell = tryTake(this.#at, this.#layout);
    if (cell !== EMPTY && cell !== SHUT)
      return { outcome: TAKEN, value: valueOf(this.#at, this.#layout, cell) };
    return this.#takeSlow(cell, limit);
  }

  /** @internal */
  async [kTakeAsync](timeout: number, signal: AbortSignal | undefined): Promise<Taken> {
    signal?.throwIfAborted();
    const taken = this[kTake](0);
    if (taken.outcome !== EMPTY || timeout === 0) return taken;
    return parkAsync(takeSteps(this.#at, this.#layout), timeout, signal);
  }

  #takeSlow(cell: number, limit: number): Taken {
    if (cell === SHUT) return { outcome: SHUT, value: undefined };
    if (limit === 0) return { outcome: EMPTY, value: undefined };
    spinForItem(this.#at);
    return parkSync(takeSteps(this.#at, this.#layout), deadlineOf(limit), GET, "getAsync()");
  }

  /** The item that was taken, or the error that says why there is none. */
  #itemOf({ outcome, value }: Taken, limit: number): T {
    if (outcome === TAKEN) return value as T;
    if (outcome === SHUT)
      throw new QueueShutDownError(
        `cannot ${GET}: the queue was shut down and is empty. Leave the loop; \`for (const item of queue)\` does so by itself.`,
      );
    throw new QueueEmptyError(
      limit === 0
        ? `cannot ${GET}: the queue is empty. Wait with get() or getAsync(), or try again later.`
        : `cannot ${GET}: the queue had none within ${limit} ms. Wait longer, or try again later.`,
    );
  }

  /** @internal */
  [kPut](item: T, limit: number): void {
    const cell = pack(item, ITEM, this);
    let result: number = FULL;
    if (isBlock(cell)) hold(ITEM_HAND, cell);
    // Nothing to give back: the short way.
    else if ((result = this[kTryPut](item, cell)) === PUT) return;
    try {
      if (isBlock(cell)) result = this[kTryPut](item, cell);
      if (result !== PUT) result = this.#putSlow(item, cell, limit, result);
    } finally {
      if (result !== PUT) discardItem(cell);
    }
    if (result !== PUT) throw this.#notPut(result, limit);
  }

  /** @internal */
  async [kPutAsync](item: T, options: WaitOptions | undefined): Promise<void> {
    const { timeout, signal } = checkWait(options, PUT_VERB);
    signal?.throwIfAborted();
    const cell = pack(item, ITEM, this);
    if (isBlock(cell)) hold(ITEM_HAND, cell);
    let result: number = FULL;
    try {
      result = this[kTryPut](item, cell);
      if (this.#waits(result, timeout))
        result = await parkAsync(
          this[kPutSteps](item, cell, timeout === 0),
          timeout === 0 ? EVER : timeout,
          signal,
        );
    } finally {
      if (result !== PUT) discardItem(cell);
    }
    if (result !== PUT) throw this.#notPut(result, timeout);
  }

  #putSlow(item: T, cell: number, limit: number, result: number): number {
    if (!this.#waits(result, limit)) return result;
    if (result === FULL) spinForRoom(this.#at);
    const deadline = limit === 0 ? EVER : deadlineOf(limit);
    return parkSync(this[kPutSteps](item, cell, limit === 0), deadline, PUT_VERB, "putAsync()");
  }

  /** Without room only if there is time; for one's turn to look for a place anyway. */
  #waits(result: number, limit: number): boolean {
    return result !== PUT && result !== SHUT && (result !== FULL || limit !== 0);
  }

  /** One try: PUT, FULL, SHUT, or anything else that its slow path is to see to. @internal */
  [kTryPut](_item: T, cell: number): number {
    return tryPut(this.#at, this.#layout, cell);
  }

  /** @internal */
  [kPutSteps](_item: T, cell: number, _once: boolean): Steps<number> {
    return putSteps(this.#at, this.#layout, cell);
  }

  #notPut(result: number, limit: number): Error {
    if (result === SHUT)
      return new QueueShutDownError(`cannot ${PUT_VERB}: the queue was shut down. Make a new one.`);
    return new QueueFullError(
      limit === 0
        ? `cannot ${PUT_VERB}: the queue is full. Wait with put() or putAsync(), or try again later.`
        : `cannot ${PUT_VERB}: the queue had no room within ${limit} ms. Wait longer, or try again later.`,
    );
  }

  /** @internal */
  [kInspect](): string {
    return `${this.constructor.name} { ${this[kDetails]()}, ${lineLength(this.#at + LINE)} waiting }`;
  }

  /** @internal */
  [kDetails](): string {
    return `${this.qsize()} items`;
  }
}
