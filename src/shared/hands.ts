/**
 * Cells in hand: made and not yet in a container, or taken out and not yet given back. The realm's block names them,
 * so that the supervisor gives them back if the thread is killed in between.
 *
 * A thread may be killed between the store that makes a cell the container's and the one that empties the hand, or the
 * other way round. Both are done under the container's guard, so who mends it sees that: guarded.ts has the rules.
 */
import { words } from "../memory/arena.ts";
import { R_HANDS } from "../parking/layout.ts";
import { here } from "../parking/realm.ts";
import { isBlock } from "./cell.ts";

/** Takes a cell into hand number `hand`, from 0 to HANDS - 1. No two sections of one realm overlap, so places are fixed. */
export function hold(hand: number, cell: number): void {
  const at = here() + R_HANDS + hand; // its first call makes the realm, and may renew the view
  words[at] = isBlock(cell) ? cell : 0;
}

/** Hand number `hand` is empty: what it held belongs to a container, or was dropped. */
export function letGo(hand: number): void {
  words[here() + R_HANDS + hand] = 0;
}
