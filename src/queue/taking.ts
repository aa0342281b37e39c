/** Getting: the try, the slow path, and what a cell that was taken becomes. */
import { load } from "#atomics";
import { words } from "../memory/arena.ts";
import { enter, leave } from "../memory/guard.ts";
import { GIFTED, GONE, NOTIFIED } from "../parking/layout.ts";
import type { ParkRequest, Steps } from "../parking/park.ts";
import { wake } from "../parking/queue.ts";
import { HandOver } from "../parking/spin.ts";
import { isBlock, open } from "../shared/cell.ts";
import { changing, giveRoom, useGift } from "./lines.ts";
import { discardItem, putBack, takeOut } from "./slots.ts";
import { type Layout, resize } from "./store.ts";
import {
  available,
  DROPPED,
  EMPTY,
  GETS,
  GETTERS,
  GIVEN_ITEMS,
  GROW,
  HEAD,
  LINE,
  OPEN,
  PUTTERS,
  SHUT,
  STATE,
  sizeNow,
} from "./words.ts";

/** What a get came to: EMPTY, SHUT, or TAKEN with the value. */
export const TAKEN = 1;
export interface Taken {
  outcome: typeof EMPTY | typeof SHUT | typeof TAKEN;
  value: unknown;
}

/** Whom the last `takeUnder` settled, 0: nobody. */
let settled = 0;

/** Under the guard: a cell, EMPTY or SHUT. */
function takeUnder(at: number, layout: Layout): number {
  settled = 0;
  if (available(at) <= 0 || words[at + STATE] === DROPPED) return words[at + STATE] === OPEN ? EMPTY : SHUT;
  const cell = takeOut(at, layout);
  if (words[at + PUTTERS] !== 0 && words[at + STATE] === OPEN) settled = giveRoom(at);
  return cell;
}

/** Takes the next item if there is one that is nobody's: a cell, EMPTY or SHUT. A block is in hand. */
export function tryTake(at: number, layout: Layout): number {
  enter(words, at + LINE);
  const cell = takeUnder(at, layout);
  const woken = settled;
  const mayShrink = cell !== EMPTY && cell !== SHUT && (words[at + HEAD] & (LOOK_EVERY - 1)) === 0;
  leave(words, at + LINE);
  if (woken !== 0) wake(woken);
  if (mayShrink) resize(at, layout, false);
  return cell;
}

/**
 * Items between two looks whether the store is too large, a power of two: soon enough, as it has more than a thousand
 * slots then.
 */
const LOOK_EVERY = 64;

/** The value of a cell that was taken: it is in the queue no more, and its memory is given back. */
export function valueOf(at: number, layout: Layout, cell: number): unknown {
  if (cell & 1) return cell >> 1;
  if (!isBlock(cell)) return open(cell);
  try {
    const value = open(cell);
    discardItem(cell);
    return value;
  } catch (error) {
    // It can be read later, or by another thread.
    if ((error as { code?: unknown }).code === "MODULE_NOT_LOADED") restore(at, layout, cell);
    else discardItem(cell);
    throw error;
  }
}

function restore(at: number, layout: Layout, cell: number): void {
  let result = GROW;
  const tryIt = () => {
    result = words[at + STATE] === DROPPED ? SHUT : putBack(at, layout, cell);
  };
  for (changing(at, tryIt); result === GROW; changing(at, tryIt)) resize(at, layout, true);
  if (result === SHUT) discardItem(cell);
}

/** The slow path of get. */
export function* takeSteps(at: number, layout: Layout): Steps<Taken> {
  const taken: Taken = { outcome: EMPTY, value: undefined };
  let cell = EMPTY;
  let woken = 0;
  let mine = 0;
  const place: { -readonly [K in keyof ParkRequest]: ParkRequest[K] } = {
    queue: at + LINE,
    marks: GETS,
    mustWait(node) {
      mine = node;
      cell = takeUnder(at, layout);
      woken = settled;
      if (cell !== EMPTY) return false;
      words[at + GETTERS]++;
      return true;
    },
    onLeave: () => {
      words[at + GETTERS]--;
    },
  };
  for (;;) {
    // 1. Take what is there, or stand in line.
    const outcome = yield place;
    // 2. The time was up.
    if (outcome === GONE) return taken;
    // 3. The queue was shut down: what is left in it may still be taken.
    if (outcome === NOTIFIED) continue;
    // 4. Handed over: one of the items is for this node, whatever others do.
    if (outcome === GIFTED) cell = takeGift(at, layout, mine);
    else if (woken !== 0) wake(woken);
    if (cell === SHUT) taken.outcome = SHUT;
    else {
      taken.outcome = TAKEN;
      taken.value = valueOf(at, layout, cell);
    }
    return taken;
  }
}

/** The item that a gift stands for; SHUT if all was dropped meanwhile. */
function takeGift(at: number, layout: Layout, node: number): number {
  enter(words, at + LINE);
  useGift(at, node, GIVEN_ITEMS);
  const cell = words[at + STATE] === DROPPED ? SHUT : takeOut(at, layout);
  leave(words, at + LINE);
  return cell;
}

const handOvers = new HandOver();

/** Looks for an item for about as long as a wake-up takes, while that pays; then it is better to stand in line. */
export function spinForItem(at: number): void {
  handOvers.spin(() => sizeNow(at) > 0 || load(words, at + STATE) !== OPEN);
}
