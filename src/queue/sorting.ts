/**
 * Putting into a PriorityQueue. Its slots are a sorted stack: what comes out next is on top. So taking is that of a
 * LifoQueue, which compares nothing; putting finds the place by halving, and moves what comes out before.
 *
 * Comparing runs code of the user's, so it is not done under the guard. Instead only one thread at a time looks for a
 * place (SORTER), while others may go on taking. They take from the top, so what was found out about the slots below
 * holds: a place is never wrong, only higher than the top by then, and nobody ever looks twice. If the thread is killed
 * while it looks, nothing has changed, and the next may look.
 *
 * The tempting wrong ways: to compare under the guard (a function that never returns, or that uses the queue, stops
 * everybody, and nobody could mend a heap that was left in the middle of it); to look without SORTER and try again if
 * somebody else has put (who compares slowly never gets done).
 *
 * A heap would move fewer cells, log n instead of n/2, but needs comparing on the way out, and several stores that
 * belong together. The move is one call of the engine's: 0.1 µs for 1,000 items, 20 µs for 100,000.
 */
import { RuntimeError } from "../errors/errors.ts";
import { kindOf } from "../memory/allocator.ts";
import { words } from "../memory/arena.ts";
import { loadFloat } from "../memory/float.ts";
import { enter, leave } from "../memory/guard.ts";
import { Kind } from "../memory/layout.ts";
import { GIFTED, GONE, N_BRINGS } from "../parking/layout.ts";
import { LOOK, type ParkRequest, type Steps } from "../parking/park.ts";
import { wake } from "../parking/queue.ts";
import { ident } from "../parking/realm.ts";
import { drop, isBlock, keep, NOTHING, open } from "../shared/cell.ts";
import { hold, letGo } from "../shared/hands.ts";
import { changing, giveItem, useGift } from "./lines.ts";
import { type Compare, checkOrder, compareDefault } from "./order.ts";
import { bring, takeBack } from "./putting.ts";
import { handWord, insert } from "./slots.ts";
import { resize, SLOTS, SORTED, storeOf, wordsFor } from "./store.ts";
import {
  BUSY,
  FULL,
  GETTERS,
  GIVEN_ROOM,
  GROW,
  HEAD,
  hasRoom,
  LINE,
  OPEN,
  PUT,
  PUTS,
  PUTTERS,
  SHUT,
  SORTER,
  SORTERS,
  SORTS,
  STATE,
  TAIL,
} from "./words.ts";

/** The hand for the item that is looked at. */
const LOOKED_AT = 2;

/** Whom the last insertion settled, 0: nobody. */
let settled = 0;

function insertUnder(at: number, place: number, cell: number, first: number, held: number): number {
  settled = 0;
  const count = (words[at + TAIL] - words[at + HEAD]) | 0;
  const result = insert(at, Math.min(place, count), cell, first, held);
  if (result === PUT && words[at + GETTERS] !== 0) settled = giveItem(at);
  return result;
}

/**
 * What an item begins with, if that is a whole number from −2^30 to 2^30 − 1 at the head of an array: as an odd word, 0
 * for all else. In the order of a queue that is given none, arrays that begin differently need not be read.
 */
function firstOf(item: unknown): number {
  if (!Array.isArray(item) || typeof item[0] !== "number") return 0;
  const word = item[0] << 1;
  return word >> 1 === item[0] ? word | 1 : 0;
}

/**
 * Numbers, and arrays that begin with whole ones, in the queue's own order in one section: comparing them is no code of
 * the user's. BUSY: somebody looks for a place, or it can't be told by such numbers.
 */
export function tryPutByNumber(at: number, item: unknown, cell: number): number {
  const first = firstOf(item);
  if (first === 0 && typeof item !== "number") return BUSY;
  const held = isBlock(cell) ? handWord() : 0;
  for (;;) {
    enter(words, at + LINE);
    settled = 0;
    let result = SHUT;
    if (words[at + STATE] === OPEN) {
      if (!hasRoom(at)) result = FULL;
      else {
        let place = -1;
        if (words[at + SORTER] === 0)
          place = first !== 0 ? placeOfArray(at, first) : placeOfNumber(at, item as number);
        result = place < 0 ? BUSY : insertUnder(at, place, cell, first, held);
      }
    }
    const woken = settled;
    leave(words, at + LINE);
    if (woken !== 0) wake(woken);
    if (result !== GROW) return result;
    resize(at, SORTED, true);
  }
}

/** Under the guard: where a number goes, −1 if that can't be told from the words. */
function placeOfNumber(at: number, item: number): number {
  const slots = storeOf(at) + SLOTS;
  let low = 0;
  let high = (words[at + TAIL] - words[at + HEAD]) | 0;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const cell = words[slots + wordsFor(middle, SORTED)];
    if (!(cell & 1) && (!isBlock(cell) || kindOf(cell) !== Kind.Double)) return -1;
    if ((cell & 1 ? cell >> 1 : loadFloat(cell)) <= item) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The same for an array that begins with `first`: −1 also if another one begins with the same. */
function placeOfArray(at: number, first: number): number {
  const slots = storeOf(at) + SLOTS;
  let low = 0;
  let high = (words[at + TAIL] - words[at + HEAD]) | 0;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = words[slots + wordsFor(middle, SORTED) + 1];
    if (other === 0 || other === first) return -1;
    if (other < first) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** What a put into a PriorityQueue brings. */
export interface Sorted<T> {
  readonly item: T;
  readonly cell: number;
  readonly compare: Compare<T>;
  /** FULL at once if there is no room. */
  readonly once: boolean;
}

/**
 * The slow path of put: PUT, FULL or SHUT. But for PUT, and if it throws what `compare` threw, the cell is the
 * caller's afterwards, and in no hand.
 */
export function* putSortedSteps<T>(at: number, put: Sorted<T>): Steps<number> {
  let result = FULL;
  let mine = 0;
  let gifted = false;
  /** Under the guard. A gift is used up when it has led to something, or when its node goes to another line. */
  const look = (node: number, waits: number): boolean => {
    const open = words[at + STATE] === OPEN;
    result = !open ? SHUT : !gifted && !hasRoom(at) ? FULL : words[at + SORTER] !== 0 ? BUSY : PUT;
    const stays = result === waits && !(put.once && waits === FULL);
    if (gifted && (stays || result === PUT || result === SHUT)) useGift(at, node, GIVEN_ROOM);
    if (result === PUT) words[at + SORTER] = ident;
    if (stays) {
      words[at + (waits === FULL ? PUTTERS : SORTERS)]++;
      if (mine !== node) takeBack(mine);
      bring(put.cell, node);
    }
    mine = node;
    return stays;
  };
  const room: { -readonly [K in keyof ParkRequest]: ParkRequest[K] } = {
    queue: at + LINE,
    marks: PUTS,
    mustWait: (node) => look(node, FULL),
    onLeave: () => {
      words[at + PUTTERS]--;
    },
    final: put.once,
  };
  const turn: ParkRequest = {
    queue: at + LINE,
    marks: SORTS,
    mustWait: (node) => look(node, BUSY),
    final: true, // as short as comparing is
  };
  let place: ParkRequest = room;
  for (;;) {
    // 1. Wait for room, and for one's turn to look for a place.
    const outcome = yield place;
    if (outcome === LOOK) {
      gifted &&= result === BUSY || result === FULL;
      if (result === PUT) result = findAndPut(at, put, mine);
    } else {
      // 2. Woken: look again. What was handed over is still so until then.
      gifted = outcome === GIFTED;
      room.front = true;
      result = outcome === GONE ? FULL : BUSY;
    }
    if (result === PUT || result === SHUT || outcome === GONE || (result === FULL && put.once)) {
      if (result !== PUT) takeBack(mine);
      return result;
    }
    room.final = put.once || gifted; // what was handed over is not left behind
    place = outcome === LOOK && result === BUSY ? turn : room;
  }
}

/** As SORTER: PUT, FULL or SHUT. Room may have gone meanwhile, to somebody who was woken for it. */
function findAndPut<T>(at: number, { item, cell, compare }: Sorted<T>, node: number): number {
  let result = SHUT;
  try {
    // What arrays begin with decides only in the queue's own order.
    const first = compare === compareDefault ? firstOf(item) : 0;
    const place = placeOf(at, item, first, compare);
    const held = !isBlock(cell) ? 0 : words[node + N_BRINGS] === cell ? node + N_BRINGS : handWord();
    do {
      if (result === GROW) resize(at, SORTED, true);
      enter(words, at + LINE);
      settled = 0;
      if (words[at + STATE] !== OPEN) result = SHUT;
      else result = hasRoom(at) ? insertUnder(at, place, cell, first, held) : FULL;
      const woken = settled;
      leave(words, at + LINE);
      if (woken !== 0) wake(woken);
    } while (result === GROW);
    return result;
  } catch (error) {
    takeBack(node);
    throw error;
  } finally {
    changing(at, () => {
      words[at + SORTER] = 0;
    });
  }
}

/** Without the guard: the lowest place above which nothing comes out after `item`. */
function placeOf<T>(at: number, item: T, first: number, compare: Compare<T>): number {
  let low = 0;
  let high = 0x7fffffff;
  for (;;) {
    // 1. What is above the top has been taken since.
    enter(words, at + LINE);
    high = Math.min(high, (words[at + TAIL] - words[at + HEAD]) | 0);
    const middle = (low + high) >>> 1;
    const slot = storeOf(at) + SLOTS + wordsFor(middle, SORTED);
    const other = first !== 0 && low < high ? words[slot + 1] : 0;
    const differs = other !== 0 && other !== first;
    const cell = low < high && !differs ? keep(words[slot]) : NOTHING;
    if (cell !== NOTHING) hold(LOOKED_AT, cell);
    leave(words, at + LINE);
    if (cell === NOTHING && !differs) return low;
    // 2. Equal ones come out first: they were there first.
    if (differs ? other < first : orderOf(cell, item, compare) <= 0) high = middle;
    else low = middle + 1;
  }
}

function orderOf<T>(cell: number, item: T, compare: Compare<T>): number {
  let other: T;
  try {
    other = open(cell) as T;
  } finally {
    letGo(LOOKED_AT);
    drop(cell);
  }
  return checkOrder(compare(other, item));
}

/** In compare itself: it would wait for itself. */
export function checkNotComparing(at: number): void {
  if (words[at + SORTER] !== ident) return;
  throw new RuntimeError(
    "QUEUE_IN_COMPARE",
    "cannot put the item: the queue's compare function is running in this thread, which would wait for itself. Only compare there.",
  );
}
