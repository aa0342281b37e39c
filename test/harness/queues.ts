/** What tests of queues share: the classes by name, the two drivers, and the words that must be quiet. */
import { type AcquireOptions, LifoQueue, PriorityQueue, Queue, type WaitOptions } from "threadkit";
import { Q_GUARD, Q_HEAD, Q_TAIL } from "../../src/parking/layout.ts";
import {
  DONE,
  GETTERS,
  GIVEN_ITEMS,
  GIVEN_ROOM,
  HEAD,
  JOINERS,
  LINE,
  PUTTERS,
  SORTER,
  SORTERS,
  STEP,
  TAIL,
} from "../../src/queue/words.ts";
import { arenaWords, indexOf } from "./arena.ts";

/** Everything that must be zero while nobody is at a queue, by name; what is not zero. */
export function unquiet(queue: object): Record<string, number> {
  const words = arenaWords();
  const at = indexOf(queue);
  const found: Record<string, number> = {};
  for (const [name, word] of Object.entries({
    guard: LINE + Q_GUARD,
    head: LINE + Q_HEAD,
    tail: LINE + Q_TAIL,
    GIVEN_ITEMS,
    GIVEN_ROOM,
    GETTERS,
    PUTTERS,
    JOINERS,
    SORTERS,
    STEP,
    SORTER,
  })) {
    const value = Atomics.load(words, at + word);
    if (value !== 0) found[name] = value;
  }
  return found;
}

/** How many items are in a queue, and how many of those put are not done. */
export function countsOf(queue: object): { items: number; unfinished: number } {
  const words = arenaWords();
  const at = indexOf(queue);
  const tail = Atomics.load(words, at + TAIL);
  return { items: tail - Atomics.load(words, at + HEAD), unfinished: tail - Atomics.load(words, at + DONE) };
}

/** How many in line wait for what. */
export function waitersOf(queue: object): { getters: number; putters: number; joiners: number } {
  const words = arenaWords();
  const at = indexOf(queue);
  return {
    getters: Atomics.load(words, at + GETTERS),
    putters: Atomics.load(words, at + PUTTERS),
    joiners: Atomics.load(words, at + JOINERS),
  };
}

export interface Made {
  readonly name: string;
  readonly make: <T>(maxsize?: number) => Queue<T>;
  /** In what order a queue of the class gives items that were put in this one. */
  readonly order: <T>(items: readonly T[]) => T[];
}

/** The classes. The order of a PriorityQueue is that of numbers and strings; one of its own reverses it. */
export const CLASSES: readonly Made[] = [
  { name: "Queue", make: (maxsize) => new Queue(maxsize), order: (items) => [...items] },
  { name: "LifoQueue", make: (maxsize) => new LifoQueue(maxsize), order: (items) => [...items].reverse() },
  {
    name: "PriorityQueue",
    make: (maxsize) => new PriorityQueue({ maxsize }),
    order: (items) => [...items].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)),
  },
  {
    name: "PriorityQueue with compare",
    make: (maxsize) => new PriorityQueue({ maxsize, compare: (a, b) => (a < b ? 1 : a > b ? -1 : 0) }),
    order: (items) => [...items].sort((a, b) => (a < b ? 1 : a > b ? -1 : 0)),
  },
];

/** How a suite puts, gets and joins in the thread that runs the test. */
export interface Driver {
  readonly name: string;
  put<T>(queue: Queue<T>, item: T, options?: { timeout?: number }): Promise<void>;
  get<T>(queue: Queue<T>, options?: { timeout?: number }): Promise<T>;
  join(queue: Queue<unknown>, options?: { timeout?: number }): Promise<boolean>;
  all<T>(queue: Queue<T>): Promise<T[]>;
}

const given = <O>(options: O | undefined): [] | [O] => (options === undefined ? [] : [options]);

export const blocking: Driver = {
  name: "blocking",
  put: async (queue, item, options?: AcquireOptions) => queue.put(item, ...given(options)),
  get: async (queue, options?: AcquireOptions) => queue.get(...given(options)),
  join: async (queue, options) => queue.join(...given(options)),
  all: async (queue) => [...queue],
};

export const awaiting: Driver = {
  name: "awaiting",
  put: (queue, item, options?: WaitOptions) => queue.putAsync(item, ...given(options)),
  get: (queue, options?: WaitOptions) => queue.getAsync(...given(options)),
  join: (queue, options) => queue.joinAsync(...given(options)),
  async all(queue) {
    const items = [];
    for await (const item of queue) items.push(item);
    return items;
  },
};
