/** Queue: items are neither lost nor doubled, each put and get wakes whom it can, and a shutdown wakes everybody. */
import { load } from "#atomics";
import { words } from "../../../src/memory/arena.ts";
import { kAt } from "../../../src/memory/handle.ts";
import { Queue } from "../../../src/queue/queue.ts";
import { GETTERS, GIVEN_ITEMS, GIVEN_ROOM, HEAD, JOINERS, PUTTERS, TAIL } from "../../../src/queue/words.ts";
import { equal, model, ok } from "../kit.ts";

const shared = () => ({ queue: new Queue<number>() });
const bounded = () => ({ queue: new Queue<number>(1) });
type Shared = { queue: Queue<number> };

/** Who looks for a moment before it stands in line reads words that change under the guard. It looks again there. */
const races = Object.fromEntries(
  ["state", "taken", "put", "done", "givenItems", "givenRoom"].map((word) => [
    `queue.${word}`,
    "a look before standing in line",
  ]),
);
const changes = ["queue"] as const;

const code = (error: unknown) => (error as { code?: string }).code;
/** An item, or the code of the error. */
function got({ queue }: Shared, timeout?: number): number | string | undefined {
  try {
    return queue.get({ timeout });
  } catch (error) {
    return code(error);
  }
}
function put({ queue }: Shared, item: number, timeout?: number): true | string | undefined {
  try {
    queue.put(item, { timeout });
    return true;
  } catch (error) {
    return code(error);
  }
}

const word = ({ queue }: Shared, offset: number) => load(words, queue[kAt] + offset);

/** What was put was taken or is left, once each; and nobody is counted any more. */
function exact(s: Shared, results: readonly unknown[]): void {
  const flat = results.flat();
  const puts = flat.filter((result) => result === true).length;
  const items = flat.filter((result) => typeof result === "number");
  equal(word(s, TAIL), puts, "items put");
  equal(word(s, HEAD), items.length, "items taken");
  equal(new Set(items).size, items.length, "different items");
  for (const count of [GETTERS, PUTTERS, JOINERS, GIVEN_ITEMS, GIVEN_ROOM])
    equal(word(s, count), 0, `word ${count}`);
}

export const onePutTwoGets = model({
  share: shared,
  threads: [(s) => [put(s, 1), put(s, 2)], (s) => got(s), (s) => got(s)],
  changes,
  races,
  after: (s, results) => {
    exact(s, results);
    equal([results[1], results[2]].sort(), [1, 2], "the items");
  },
});

export const twoPutsOneRoom = model({
  share: bounded,
  threads: [(s) => put(s, 1), (s) => put(s, 2), (s) => [got(s), got(s)]],
  changes,
  races,
  after: exact,
});

/** Room for one: each waits for the other. */
export const inTurn = model({
  share: bounded,
  threads: [(s) => [put(s, 1), put(s, 2), put(s, 3)], (s) => [got(s), got(s), got(s)]],
  changes,
  races,
  after: (s, results) => {
    exact(s, results);
    equal(results[1], [1, 2, 3], "the order");
  },
});

/** One runs out of time as it is handed an item, or not: nothing is lost. */
export const timedGets = model({
  share: shared,
  threads: [(s) => put(s, 1), (s) => got(s, 10), (s) => got(s, 10)],
  changes,
  races,
  after: exact,
});

export const timedPut = model({
  share: bounded,
  threads: [(s) => put(s, 1), (s) => put(s, 2, 10), (s) => got(s)],
  changes,
  races,
  after: exact,
});

/** Whoever comes by does not get the room that was made for somebody in line. */
export const overtaking = model({
  share: bounded,
  threads: [(s) => [put(s, 1), put(s, 2, 10)], (s) => put(s, 3, 0), (s) => got(s)],
  changes,
  races,
  after: (s, results) => {
    exact(s, results);
    ok(word(s, TAIL) - word(s, HEAD) <= 1, "more items than there is room for");
  },
});

export const shutDown = model({
  share: bounded,
  threads: [(s) => [put(s, 1), put(s, 2)], (s) => [got(s), got(s), got(s)], ({ queue }) => queue.shutdown()],
  changes,
  races,
  after: (s, [puts, gets, _]) => {
    exact(s, [puts, gets]);
    equal(word(s, HEAD), word(s, TAIL), "what was put was taken");
    equal((gets as unknown[]).at(-1), "QUEUE_SHUT_DOWN", "the end");
  },
});

export const joined = model({
  share: shared,
  threads: [
    (s) => {
      const done = put(s, 1);
      s.queue.join();
      return done;
    },
    (s) => {
      const item = got(s);
      s.queue.taskDone();
      return item;
    },
    ({ queue }) => void queue.join(),
  ],
  changes,
  races,
  after: exact,
});

/** There is always one that is not done: whoever looks must not add up words of different moments. */
export const neverDone = model({
  share: () => {
    const { queue } = shared();
    queue.put(0);
    return { queue };
  },
  threads: [
    (s) => {
      put(s, 1);
      s.queue.taskDone();
    },
    ({ queue }) => queue.join({ timeout: 0 }),
  ],
  changes,
  races,
  after: (_, [, joined]) => equal(joined, false, "joined"),
});
