/** What containers do with one cell around their guard: read it, and give back what was in hand. */
import { words } from "../memory/arena.ts";
import { leave } from "../memory/guard.ts";
import { drop, isBlock, isBrief, keep, open } from "./cell.ts";
import { hold, letGo } from "./hands.ts";

/** Hands: of a cell that goes in or is read, one that comes out, a block of cells, and many that go in together. */
export const CELL_HAND = 0;
export const STORE_HAND = 1;
export const BATCH_HAND = 2;
export const TAKEN_HAND = 3;

/** Gives back what hand number `hand` holds. Out of the hand first: killed in between, a block is lost, not freed twice. */
export function discard(hand: number, cell: number): void {
  letGo(hand);
  drop(cell);
}

/** Under `guard`, which it leaves: the value of a cell that stays in the container. */
export function openAndLeave(guard: number, cell: number): unknown {
  if (isBrief(cell)) {
    const value = open(cell);
    leave(words, guard);
    return value;
  }
  hold(CELL_HAND, keep(cell));
  leave(words, guard);
  return openFrom(CELL_HAND, cell);
}

/** The value of a cell in hand number `hand`, which is given back. */
export function openFrom(hand: number, cell: number): unknown {
  if (!isBlock(cell)) return open(cell);
  try {
    return open(cell);
  } finally {
    discard(hand, cell);
  }
}
