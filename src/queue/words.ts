/**
 * The words of a queue. All of them change under one guard, that of its line.
 *
 * Three counters are the truth: how many items were put (TAIL), how many were taken (HEAD), how many are done (DONE).
 * TAIL − HEAD are in it, TAIL − DONE are not done. So each operation is one store of one word, and whoever is killed
 * in the middle has done it or not:
 *
 * put        TAIL + 1          one more in it, one more not done
 * get        HEAD + 1          one less in it
 * taskDone   DONE + 1          one less not done
 * shutdown   TAIL = HEAD       nothing in it, and as many less not done: those taken and not done still count
 *
 * state      meaning                                       who may leave it, to what
 * OPEN       it takes and gives                            shutdown() → CLOSED, DROPPED
 * CLOSED     it takes nothing; what is in it can be taken  shutdown({ immediate: true }) → DROPPED
 * DROPPED    it takes and gives nothing                    nobody
 *
 * Handing over. A put that finds a getter in line settles it as GIFTED: one of the items is for it (GIVEN_ITEMS counts
 * those that are on their way), and nobody else may take the last ones. It takes its own when it runs. In the same way
 * a get hands over room (GIVEN_ROOM). A gift is used when its node names the line no more (N_FROM). So the two counts
 * are derived, as are those of the waiters: from the nodes whose N_FROM is this line.
 */
import { load } from "#atomics";
import { cover, words } from "../memory/arena.ts";
import { MARK, QUEUE_WORDS } from "../parking/layout.ts";

/** The line with all who wait, and the guard of everything. */
export const LINE = 0;
export const STATE = QUEUE_WORDS;
export const HEAD = STATE + 1;
export const TAIL = STATE + 2;
export const DONE = STATE + 3;
/** Block with the slots: see store.ts. */
export const STORE = STATE + 4;
/** Most items that may be in it; 0 and below: no limit. Never changes. */
export const MAXSIZE = STATE + 5;
export const GIVEN_ITEMS = STATE + 6;
export const GIVEN_ROOM = STATE + 7;
/** How many in line wait for what. */
export const GETTERS = STATE + 8;
export const PUTTERS = STATE + 9;
export const JOINERS = STATE + 10;
export const SORTERS = STATE + 11;
/** What the holder of the guard is doing to a slot: see slots.ts. */
export const STEP = STATE + 12;
export const STEP_COUNT = STATE + 13;
export const STEP_HOLD = STATE + 14;
export const STEP_SLOT = STATE + 15;
/** Ident of the thread that looks for the place of its item, 0: nobody. Others may take meanwhile, not put. */
export const SORTER = STATE + 16;
/** Message with the order of a PriorityQueue, 0: none. */
export const ORDER = STATE + 17;
/** 1: it has an order of its own, which becomes a message when the queue first crosses. */
export const ORDERED = STATE + 18;
export const WORDS = STATE + 19;

export const OPEN = 0;
export const CLOSED = 1;
export const DROPPED = 2;

// What a waiter waits for: marks of its node.
export const GETS = MARK;
export const PUTS = MARK << 1;
export const JOINS = MARK << 2;
export const SORTS = MARK << 3;

/** What came of a try, beside a cell. Cells are odd, or even and not below zero: see shared/cell.ts. */
export const EMPTY = 0;
export const SHUT = -2;
export const FULL = -4;
export const GROW = -6;
export const PUT = -8;
/** Another thread looks for the place of its item. */
export const BUSY = -10;

/** How many items are in it and not on their way to somebody. Under the guard. */
export function available(at: number): number {
  return (words[at + TAIL] - words[at + HEAD] - words[at + GIVEN_ITEMS]) | 0;
}

/** Is there room for one more that is nobody's? Under the guard. */
export function hasRoom(at: number): boolean {
  const maxsize = words[at + MAXSIZE];
  return maxsize <= 0 || available(at) + words[at + GIVEN_ROOM] < maxsize;
}

/** The same for those who only look: words that belong together. */
export function sizeNow(at: number): number {
  cover(at);
  for (;;) {
    const head = load(words, at + HEAD);
    const given = load(words, at + GIVEN_ITEMS);
    const tail = load(words, at + TAIL);
    if (load(words, at + HEAD) === head && load(words, at + GIVEN_ITEMS) === given)
      return Math.max(0, (tail - head - given) | 0);
  }
}

/**
 * How many are not done. DONE first: if it equals TAIL after that, all were done in between. The other way round two
 * changes could pass unseen, one of each, and the two words would never have been equal.
 */
export function unfinishedNow(at: number): number {
  const done = load(cover(at), at + DONE);
  return (load(words, at + TAIL) - done) | 0;
}
