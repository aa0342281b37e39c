/** `map`: items in, tasks of several items each, results out in order. */
import { describe, FutureTimeoutError, rangeError, typeError } from "../errors/errors.ts";
import { checkSignal, checkTimeout, deadlineOf, type Signal } from "../parking/deadline.ts";
import { checkBlocking } from "../parking/park.ts";
import type { ChunkResult } from "./chunk.ts";
import { kSubmitChunk } from "./doors.ts";
import type { Future } from "./future.ts";
import type { Task } from "./task.ts";

/** Options of `map`, behind the items. */
export interface MapOptions {
  /** Milliseconds from the call on in which all results must be there. */
  timeout?: number;
  /** Ends `for await` when it aborts, and cancels what has not begun; a loop that blocks does not see it. */
  signal?: Signal;
  /** Items for one task. Default: so that each worker gets a few tasks. */
  chunksize?: number;
  /** Items that may be on their way: lazy iterables are read no further. Default: all. */
  buffersize?: number;
}

/** Results in the order of the items: `for … of` blocks, `for await … of` does not. Each is handed out once. */
export interface FutureResults<R> extends Iterable<R>, AsyncIterable<R> {}

interface Submitter {
  [kSubmitChunk](fn: Task, items: readonly (readonly unknown[])[]): Future<unknown>;
}

/** Tasks for each worker, so that a slow one does not leave the others idle at the end. */
const TASKS_EACH = 4;
/** Items of one task at most, unless asked: what a task holds must fit in a message. */
const MOST = 1024;
/** Tasks that were taken and still have a place in the list, at most. */
const DROPPED_AT = 1000;
const VERB = "map";

export function mapTasks(
  executor: Submitter,
  workers: number,
  fn: Task,
  rest: readonly unknown[],
): FutureResults<unknown> {
  if (typeof fn !== "function")
    throw typeError("INVALID_ARGUMENT", `cannot map: what it shall run is ${describe(fn)}. Give a function.`);
  const { iterables, options } = splitArguments(rest);
  const limits = {
    deadline: deadlineOf(checkTimeout(options.timeout, VERB)),
    signal: checkSignal(options.signal, VERB),
  };
  const buffersize = checkSize(options.buffersize, "buffersize");
  const chunksize = checkSize(options.chunksize, "chunksize");
  const rows = zip(iterables);
  if (buffersize !== undefined) {
    const size = Math.min(chunksize ?? 1, buffersize);
    return new Results(executor, fn, rows, size, Math.ceil(buffersize / size), limits);
  }
  const all = [...rows];
  const size = chunksize ?? Math.min(MOST, Math.ceil(all.length / (workers * TASKS_EACH)) || 1);
  return new Results(executor, fn, all[Symbol.iterator](), size, Number.POSITIVE_INFINITY, limits);
}

function splitArguments(rest: readonly unknown[]): { iterables: Iterable<unknown>[]; options: MapOptions } {
  if (rest.length > 1 && rest.at(-1) === undefined) rest = rest.slice(0, -1); // no options
  const last = rest.at(-1);
  const hasOptions =
    rest.length > 1 && typeof last === "object" && last !== null && !(Symbol.iterator in last);
  const iterables = hasOptions ? rest.slice(0, -1) : rest;
  for (const items of iterables) {
    if (
      items !== null &&
      items !== undefined &&
      typeof (items as Iterable<unknown>)[Symbol.iterator] === "function"
    )
      continue;
    throw typeError(
      "INVALID_ARGUMENT",
      `cannot map: the items are ${describe(items)}. Give an array or another iterable.`,
    );
  }
  if (iterables.length === 0)
    throw typeError("INVALID_ARGUMENT", "cannot map: there are no items. Give an array or another iterable.");
  return { iterables: iterables as Iterable<unknown>[], options: hasOptions ? (last as MapOptions) : {} };
}

function checkSize(size: unknown, name: string): number | undefined {
  if (size === undefined) return undefined;
  if (typeof size !== "number")
    throw typeError(
      "INVALID_OPTIONS",
      `cannot map: ${name} is ${describe(size)}. Give a whole number from 1 on.`,
    );
  if (!Number.isInteger(size) || size < 1)
    throw rangeError("INVALID_OPTIONS", `cannot map: ${name} is ${size}. Give a whole number from 1 on.`);
  return size;
}

/** Argument lists, an item of each iterable, until the shortest ends. */
function* zip(iterables: readonly Iterable<unknown>[]): Generator<readonly unknown[], void> {
  const iterators = iterables.map((items) => items[Symbol.iterator]());
  let open = true;
  try {
    for (;;) {
      const row: unknown[] = [];
      for (const iterator of iterators) {
        const step = iterator.next();
        if (step.done) {
          open = iterators.length > 1;
          return;
        }
        row.push(step.value);
      }
      yield row;
    }
  } finally {
    if (open) for (const iterator of iterators) iterator.return?.();
  }
}

/** When the whole map must be over. */
interface Limits {
  readonly deadline: number;
  readonly signal: Signal | undefined;
}

class Results implements FutureResults<unknown> {
  readonly #executor: Submitter;
  readonly #fn: Task;
  readonly #rows: Iterator<readonly unknown[]>;
  readonly #size: number;
  readonly #ahead: number;
  readonly #limits: Limits;
  /** Tasks on their way, oldest first, from `#next` on: taken ones are dropped in heaps. */
  #tasks: (Future<unknown> | undefined)[] = [];
  #next = 0;
  #ended = false;
  /** Results of the oldest task that are not handed out yet. */
  #chunk: ChunkResult = { values: [] };
  #given = 0;

  constructor(
    executor: Submitter,
    fn: Task,
    rows: Iterator<readonly unknown[]>,
    size: number,
    ahead: number,
    limits: Limits,
  ) {
    this.#executor = executor;
    this.#fn = fn;
    this.#rows = rows;
    this.#size = size;
    this.#ahead = ahead;
    this.#limits = limits;
    this.#refill();
  }

  *[Symbol.iterator](): Generator<unknown, void> {
    try {
      for (;;) {
        while (this.#hasResult()) yield this.#take();
        const task = this.#oldest();
        if (task === undefined) return;
        if (!task.done()) checkBlocking("hand out the next result", "each with `for await`");
        this.#accept(task.result(this.#left()) as ChunkResult);
      }
    } finally {
      this.#stop();
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<unknown, void> {
    try {
      for (;;) {
        while (this.#hasResult()) yield this.#take();
        const task = this.#oldest();
        if (task === undefined) return;
        const left = this.#left();
        const { signal } = this.#limits;
        const plain = left === undefined && signal === undefined;
        this.#accept((await (plain ? task : task.resultAsync({ ...left, signal }))) as ChunkResult);
      }
    } finally {
      this.#stop();
    }
  }

  /** Submits up to as many tasks as may be on their way. */
  #refill(): void {
    try {
      while (!this.#ended && this.#tasks.length - this.#next < this.#ahead) {
        const items: (readonly unknown[])[] = [];
        while (items.length < this.#size) {
          const row = this.#rows.next();
          if (row.done) {
            this.#ended = true;
            break;
          }
          items.push(row.value);
        }
        if (items.length === 0) return;
        this.#tasks.push(this.#executor[kSubmitChunk](this.#fn, items));
      }
    } catch (error) {
      this.#stop();
      throw error;
    }
  }

  #hasResult(): boolean {
    if (this.#given < this.#chunk.values.length) return true;
    if (this.#chunk.failed !== undefined) throw this.#chunk.failed.error;
    return false;
  }

  #take(): unknown {
    const value = this.#chunk.values[this.#given];
    this.#chunk.values[this.#given++] = undefined;
    return value;
  }

  #oldest(): Future<unknown> | undefined {
    return this.#tasks[this.#next];
  }

  #accept(chunk: ChunkResult): void {
    this.#chunk = chunk;
    this.#given = 0;
    this.#tasks[this.#next++] = undefined;
    if (this.#next > DROPPED_AT) {
      this.#tasks = this.#tasks.slice(this.#next);
      this.#next = 0;
    }
    this.#refill();
  }

  #left(): { timeout: number } | undefined {
    const { deadline } = this.#limits;
    if (deadline === Number.POSITIVE_INFINITY) return undefined;
    const left = deadline - performance.now();
    if (left > 0 || this.#oldest()?.done()) return { timeout: Math.max(0, left) };
    throw new FutureTimeoutError(
      "cannot hand out the next result: it was not there when the time of the whole map was up. Give it longer.",
    );
  }

  /** What has not begun is cancelled, and the items are read no further. */
  #stop(): void {
    if (!this.#ended) this.#rows.return?.();
    this.#ended = true;
    for (let i = this.#next; i < this.#tasks.length; i++) this.#tasks[i]?.cancel();
    this.#tasks = [];
    this.#next = 0;
    this.#chunk = { values: [] };
    this.#given = 0;
  }
}
