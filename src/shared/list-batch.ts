/** Many values that go into a list in one step: they are packed into a ring of their own, outside of the guard. */
import { store } from "#atomics";
import { words } from "../memory/arena.ts";
import { pack } from "./cell.ts";
import { BATCH_HAND, discard, OUT_HAND } from "./guarded.ts";
import { hold, letGo } from "./hands.ts";
import { countOf, enterList, enterWithRoom, FIRST, type LAST, leaveList, RING } from "./list-words.ts";
import { createRing, joinRing, lengthOf, moveTail, sizeFor, wordOf } from "./sequence.ts";

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
    hold(OUT_HAND, empty);
    store(words, at + RING, batch);
    letGo(BATCH_HAND);
    leaveList(at);
    discard(OUT_HAND, empty);
    return count;
  }
  leaveList(at);
  // 2. Else they are copied.
  const ring = enterWithRoom(at, count, BATCH_HAND, batch);
  const length = lengthOf(ring);
  joinRing(ring, batch, where === FIRST);
  leaveList(at);
  discard(BATCH_HAND, batch);
  return length + count;
}
