/**
 * Who waits at a queue, in one line: for an item, for room, for all tasks to be done, to look for a place.
 * A waiter is settled under the guard with what it waits for (GIFTED), or to look again (NOTIFIED); see words.ts.
 */
import { load } from "#atomics";
import { eachBlock } from "../memory/allocator.ts";
import { words } from "../memory/arena.ts";
import { enter, leave } from "../memory/guard.ts";
import { Kind } from "../memory/layout.ts";
import { GIFTED, N_FLAGS, N_FROM, N_STATUS, NOTIFIED, R_NODE, WAITING } from "../parking/layout.ts";
import { firstWaiting, nextWaiting, settle, wake } from "../parking/queue.ts";
import { defineRobust } from "../parking/robust.ts";
import { mendStep } from "./slots.ts";
import {
  available,
  DONE,
  DROPPED,
  GETS,
  GETTERS,
  GIVEN_ITEMS,
  GIVEN_ROOM,
  HEAD,
  hasRoom,
  JOINERS,
  JOINS,
  LINE,
  OPEN,
  PUTS,
  PUTTERS,
  SORTER,
  SORTERS,
  SORTS,
  STATE,
  TAIL,
  unfinishedNow,
} from "./words.ts";

/** Where the waiters of a mark are counted. */
function countOf(mark: number): number {
  if (mark === GETS) return GETTERS;
  if (mark === PUTS) return PUTTERS;
  return mark === JOINS ? JOINERS : SORTERS;
}

/** Settles the first in line that waits for `mark`, and returns its node for `wake` after the guard; 0: nobody. */
function settleFirst(at: number, mark: number, status: typeof NOTIFIED | typeof GIFTED): number {
  const count = at + countOf(mark);
  for (let node = firstWaiting(at + LINE); node !== 0; node = nextWaiting(node)) {
    if ((words[node + N_FLAGS] & mark) === 0) continue;
    words[count]--;
    settle(at + LINE, node, status);
    return node;
  }
  words[count] = 0;
  return 0;
}

/** Hands an item that is in the queue to the first getter in line. */
export function giveItem(at: number): number {
  const node = settleFirst(at, GETS, GIFTED);
  if (node !== 0) words[at + GIVEN_ITEMS]++;
  return node;
}

/** Hands room to the first putter in line. */
export function giveRoom(at: number): number {
  const node = settleFirst(at, PUTS, GIFTED);
  if (node !== 0) words[at + GIVEN_ROOM]++;
  return node;
}

/** Has all who wait for `mark` told. */
function settleEach(
  at: number,
  mark: number,
  status: typeof NOTIFIED | typeof GIFTED,
  woken: number[],
): void {
  while (words[at + countOf(mark)] > 0) {
    const node = settleFirst(at, mark, status);
    if (node !== 0) woken.push(node);
  }
}

/** Under the guard: settles everybody who can go on. Where more than one may, and where nobody knows. */
export function serve(at: number, woken: number[]): void {
  while (words[at + GETTERS] > 0 && available(at) > 0) {
    const node = giveItem(at);
    if (node !== 0) woken.push(node);
  }
  if (words[at + STATE] === OPEN) {
    while (words[at + PUTTERS] > 0 && hasRoom(at)) {
      const node = giveRoom(at);
      if (node !== 0) woken.push(node);
    }
  } else {
    settleEach(at, GETS, NOTIFIED, woken);
    settleEach(at, PUTS, NOTIFIED, woken);
  }
  if (unfinishedNow(at) === 0) settleEach(at, JOINS, GIFTED, woken);
  if (words[at + SORTER] === 0) settleEach(at, SORTS, NOTIFIED, woken);
}

/** Changes the words under the guard, and tells everybody who can go on by that. */
export function changing(at: number, change: () => void): void {
  const woken: number[] = [];
  enter(words, at + LINE);
  change();
  serve(at, woken);
  leave(words, at + LINE);
  for (const node of woken) wake(node);
}

/** The waiter of `node`, which was handed something, has it now. */
export function useGift(at: number, node: number, gifts: number): void {
  words[node + N_FROM] = 0;
  if (words[at + gifts] > 0) words[at + gifts]--;
}

/** Of a queue that is DROPPED: nothing is in it or on its way, and as much less is not done, if it was not done before. */
export function forgetItems(at: number): void {
  const head = words[at + HEAD];
  words[at + TAIL] = head;
  words[at + GIVEN_ITEMS] = 0;
  if (((head - words[at + DONE]) | 0) < 0) words[at + DONE] = head;
}

/** Counts anew who waits and what is on its way: somebody died. */
function recount(at: number): void {
  for (const count of [GETTERS, PUTTERS, JOINERS, SORTERS, GIVEN_ITEMS, GIVEN_ROOM]) words[at + count] = 0;
  eachBlock((block, kind) => {
    const node = kind === Kind.WaitNode ? block : kind === Kind.Realm ? block + R_NODE : 0;
    if (node === 0 || words[node + N_FROM] !== at + LINE) return;
    const status = load(words, node + N_STATUS);
    const marks = words[node + N_FLAGS];
    for (const mark of [GETS, PUTS, JOINS, SORTS]) {
      const count = at + countOf(mark);
      if (status === WAITING && marks & mark) words[count]++;
    }
    if (status === GIFTED && marks & GETS) words[at + GIVEN_ITEMS]++;
    if (status === GIFTED && marks & PUTS) words[at + GIVEN_ROOM]++;
  });
  if (words[at + STATE] === DROPPED) forgetItems(at);
}

/** Under the guard of a thread that was killed. The supervisor tells whom it settles. */
function mend(at: number): void {
  mendStep(at);
  recount(at);
  serve(at, []);
}

/** A waiter died in line, or with a gift or a wake-up that it had not used. */
function lookAfterDeath(at: number): void {
  changing(at, () => recount(at));
}

/** The thread that looked for a place is dead: another may look. */
function breakOwned(at: number, ident: number): void {
  if (words[at + SORTER] !== ident) return;
  changing(at, () => {
    if (words[at + SORTER] === ident) words[at + SORTER] = 0;
  });
}

for (const kind of [Kind.Queue, Kind.LifoQueue, Kind.PriorityQueue, Kind.SimpleQueue])
  defineRobust(kind, {
    queue: LINE,
    mend,
    breakOwned: kind === Kind.PriorityQueue ? breakOwned : undefined,
    abandoned: lookAfterDeath,
    passOn: lookAfterDeath,
  });
