/** The end of a queue: shut down by somebody, or freed. */
import { onDispose, release } from "../memory/allocator.ts";
import { cover, words } from "../memory/arena.ts";
import { enter, leave } from "../memory/guard.ts";
import { Kind } from "../memory/layout.ts";
import { hold, letGo } from "../shared/hands.ts";
import { changing, forgetItems } from "./lines.ts";
import { newStore, STORE_HAND, sweep } from "./store.ts";
import { CLOSED, DROPPED, LINE, ORDER, STATE, STORE } from "./words.ts";

/** Nothing is taken any more; with `immediate` nothing is given either, and what is in it is dropped. */
export function shutDown(at: number, immediate: boolean): void {
  const state = immediate ? DROPPED : CLOSED;
  let before = state;
  changing(at, () => {
    before = words[at + STATE];
    if (before >= state) return;
    words[at + STATE] = state;
    if (!immediate) return;
    forgetItems(at);
  });
  if (immediate && before !== DROPPED) dropItems(at);
}

/** Whoever made a queue DROPPED has its store for himself. If he is killed, what is left is given back with the queue. */
function dropItems(at: number): void {
  sweep(at);
  const fresh = newStore();
  hold(STORE_HAND, fresh);
  const old = words[at + STORE];
  enter(words, at + LINE);
  letGo(STORE_HAND);
  words[at + STORE] = fresh;
  hold(STORE_HAND, old);
  leave(words, at + LINE);
  letGo(STORE_HAND);
  release(old);
}

for (const kind of [Kind.Queue, Kind.LifoQueue, Kind.PriorityQueue, Kind.SimpleQueue])
  onDispose(kind, (at) => {
    cover(at + ORDER);
    if (words[at + STORE] === 0) return;
    sweep(at);
    release(words[at + STORE]);
    if (words[at + ORDER] !== 0) release(words[at + ORDER]);
  });
