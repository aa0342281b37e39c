/** Many values that go into a list in one step: they are packed into a ring of their own, outside of the guard. */
import { store } from "#atomics";
import { words } from "../memory/arena.ts";
import { pack } from "./cell.ts";
import { BATCH_HAND, discard } from "./guarded.ts";
import { hold, letGo } from "./hands.ts";
import { countOf, enterList, enterWithRoom, type FIRST, LAST, leaveList, RING } from "./list-words.ts";
import {
  copyInto,
  createRing,
  forgetAll,
  lengthOf,
  moveHead,
  moveTail,
  sizeFor,
  wordOf,
} from "./sequence.ts";

/** Values as cells in a ring that is in hand. `label` as refusals say it. */
export function packAll(values: readonly unknown[], label: string, owner: object): number {
  const batch = createRing(sizeFor(values.length));
  hold(BATCH_HAND, batch);
  try {
    for (let i = 0; i < values.length; i++) {
      const cell = pack(values[i], label, owner);
      words[wordOf(batch, i)] = cell;
      moveTail(batch, 1);
    }
  } catch (error) {
    discard(BATCH_HAND, batch);
    throw error;
  }
  return batch;
}

/** The cells of `packAll` become the last, or the first, in one step. @returns the new length */
export function join(at: number, batch: number, where: typeof FIRST | typeof LAST): number {
  const count = lengthOf(batch);
  // 1. The list is empty: this is its ring.
  const empty = enterList(at);
  if (countOf(empty) === 0) {
    letGo(BATCH_HAND);
    store(words, at + RING, batch);
    hold(BATCH_HAND, empty);
    leaveList(at);
    discard(BATCH_HAND, empty);
    return count;
  }
  leaveList(at);
  // 2. Else they are copied.
  const ring = enterWithRoom(at, count, BATCH_HAND, batch);
  const length = lengthOf(ring);
  copyInto(ring, batch, where === LAST ? length : -count);
  letGo(BATCH_HAND);
  if (where === LAST) moveTail(ring, count);
  else moveHead(ring, -count);
  forgetAll(batch);
  hold(BATCH_HAND, batch);
  leaveList(at);
  discard(BATCH_HAND, batch);
  return length + count;
}
