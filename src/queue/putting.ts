/** Putting into a queue without an order of its own: the try, and the slow path. */
import { load } from "#atomics";
import { words } from "../memory/arena.ts";
import { enter, leave } from "../memory/guard.ts";
import { GIFTED, GONE, N_BRINGS, NOTIFIED } from "../parking/layout.ts";
import type { ParkRequest, Steps } from "../parking/park.ts";
import { wake } from "../parking/queue.ts";
import { HandOver } from "../parking/spin.ts";
import { isBlock } from "../shared/cell.ts";
import { giveItem, serve, useGift } from "./lines.ts";
import { handWord, putIn } from "./slots.ts";
import { type Layout, resize } from "./store.ts";
import {
  FULL,
  GETTERS,
  GIVEN_ROOM,
  GROW,
  hasRoom,
  LINE,
  MAXSIZE,
  OPEN,
  PUT,
  PUTS,
  PUTTERS,
  SHUT,
  STATE,
  sizeNow,
} from "./words.ts";

/** Whom the last `putUnder` settled, 0: nobody. */
let settled = 0;

/** Under the guard: PUT, FULL, SHUT or GROW. `held`: the word that holds the cell, if it is a block. */
function putUnder(at: number, layout: Layout, cell: number, held: number): number {
  settled = 0;
  if (words[at + STATE] !== OPEN) return SHUT;
  if (!hasRoom(at)) return FULL;
  const result = putIn(at, layout, cell, held);
  if (result === PUT && words[at + GETTERS] !== 0) settled = giveItem(at);
  return result;
}

/** Puts a cell in, which is in hand if it is a block, if there is room: PUT, FULL or SHUT. */
export function tryPut(at: number, layout: Layout, cell: number): number {
  const held = isBlock(cell) ? handWord() : 0;
  for (;;) {
    enter(words, at + LINE);
    const result = putUnder(at, layout, cell, held);
    const woken = settled;
    leave(words, at + LINE);
    if (woken !== 0) wake(woken);
    if (result !== GROW) return result;
    resize(at, layout, true);
  }
}

/** The slow path of put: PUT, FULL or SHUT. But for PUT the cell is the caller's afterwards, and in no hand. */
export function* putSteps(at: number, layout: Layout, cell: number): Steps<number> {
  let result = FULL;
  let woken = 0;
  let mine = 0;
  const place: ParkRequest = {
    queue: at + LINE,
    marks: PUTS,
    mustWait(node) {
      mine = node;
      result = putUnder(at, layout, cell, handWord());
      woken = settled;
      if (result !== FULL) return false;
      words[at + PUTTERS]++;
      bring(cell, node);
      return true;
    },
    onLeave: () => {
      words[at + PUTTERS]--;
    },
  };
  for (;;) {
    // 1. Put it in if there is room, or stand in line; the cell goes along with the node.
    const outcome = yield place;
    if (woken !== 0) wake(woken);
    // 2. Handed over: there is room for this one, whatever others do.
    if (outcome === GIFTED) {
      for (result = GROW; result === GROW; ) {
        result = putGift(at, layout, cell, mine);
        if (result === GROW) resize(at, layout, true);
      }
    }
    // 3. The time was up, or the queue was shut down.
    if (outcome === GONE) result = FULL;
    if (outcome === NOTIFIED) result = SHUT;
    if (result === GROW) {
      resize(at, layout, true);
      continue;
    }
    if (result !== PUT) takeBack(mine);
    return result;
  }
}

/** Under the guard: the node holds the cell from here on, since the realm may do other things while it waits. */
export function bring(cell: number, node: number): void {
  if (!isBlock(cell)) return;
  words[handWord()] = 0;
  words[node + N_BRINGS] = cell;
}

/** The node holds nothing any more. */
export function takeBack(node: number): void {
  if (node !== 0) words[node + N_BRINGS] = 0;
}

function putGift(at: number, layout: Layout, cell: number, node: number): number {
  const woken: number[] = [];
  enter(words, at + LINE);
  const result = words[at + STATE] === OPEN ? putIn(at, layout, cell, node + N_BRINGS) : SHUT;
  if (result !== GROW) useGift(at, node, GIVEN_ROOM);
  // If a getter in line is handed the item at once, the room is there again for the next putter.
  if (result === PUT) serve(at, woken);
  leave(words, at + LINE);
  for (const other of woken) wake(other);
  return result;
}

const handOvers = new HandOver();

/** Looks for room for about as long as a wake-up takes, while that pays. */
export function spinForRoom(at: number): void {
  const maxsize = words[at + MAXSIZE];
  handOvers.spin(
    () => load(words, at + STATE) !== OPEN || sizeNow(at) + load(words, at + GIVEN_ROOM) < maxsize,
  );
}
