/** What containers do with one cell around their guard: read it, and give back what was in hand. */
import { words } from "../memory/arena.ts";
import { leave } from "../memory/guard.ts";
import { R_HANDS } from "../parking/layout.ts";
import { drop, isBlock, isBrief, keep, open } from "./cell.ts";
import { hold, letGo } from "./hands.ts";

/**
 * Hands, and what they mean for who mends a container whose guard a dead thread held:
 *
 * IN     a cell that goes in. It is let go after the store that puts it in, under the guard.
 * KEPT   a cell that has a reference for this hand; or a new store that is being filled
 * BATCH  many cells that go in, or come out, together
 * OUT    a cell, or a store, that comes out. It is taken into hand before the store that takes it out.
 *
 * So a cell that is found both in a hand and in the container belongs to the container: see `disown`. If the container
 * has the same shared object twice that may cost a reference, and never frees what is still used.
 */
export const IN_HAND = 0;
export const KEPT_HAND = 1;
export const BATCH_HAND = 2;
export const OUT_HAND = 3;

/** Index of the word of a hand of the realm that holds a guard. */
export function handOf(guard: number, hand: number): number {
  return words[guard] + R_HANDS + hand;
}

/** Under a guard whose holder died: what goes in or comes out and is (still) the container's, its hands don't hold. */
export function disown(guard: number, owns: (cell: number) => boolean): void {
  for (const hand of [IN_HAND, OUT_HAND]) {
    const word = handOf(guard, hand);
    if (words[word] !== 0 && owns(words[word])) words[word] = 0;
  }
}

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
  hold(KEPT_HAND, keep(cell));
  leave(words, guard);
  return openFrom(KEPT_HAND, cell);
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
