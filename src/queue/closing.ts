/** The end of a queue: shut down by somebody, or freed. And the tasks that are counted. */
import { onDispose, release } from "../memory/allocator.ts";
import { cover, words } from "../memory/arena.ts";
import { enter, leave } from "../memory/guard.ts";
import { Kind } from "../memory/layout.ts";
import { GONE } from "../parking/layout.ts";
import type { ParkRequest, Steps } from "../parking/park.ts";
import { wake } from "../parking/queue.ts";
import { hold, letGo } from "../shared/hands.ts";
import { changing, forgetItems, serve } from "./lines.ts";
import { newStore, sweep } from "./store.ts";
import { CLOSED, DONE, DROPPED, JOINERS, JOINS, LINE, ORDER, STATE, STORE, unfinishedNow } from "./words.ts";

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
  const HAND = 1;
  sweep(at);
  const fresh = newStore();
  hold(HAND, fresh);
  const old = words[at + STORE];
  enter(words, at + LINE);
  letGo(HAND);
  words[at + STORE] = fresh;
  hold(HAND, old);
  leave(words, at + LINE);
  letGo(HAND);
  release(old);
}

/** One task less is not done; false if none was. */
export function endTask(at: number): boolean {
  enter(words, at + LINE);
  const unfinished = unfinishedNow(at);
  if (unfinished > 0) words[at + DONE] = words[at + DONE] + 1;
  // The last one tells who joins under the same guard: a put may follow at once, and they saw zero all the same.
  const woken: number[] = [];
  if (unfinished === 1 && words[at + JOINERS] !== 0) serve(at, woken);
  leave(words, at + LINE);
  for (const node of woken) wake(node);
  return unfinished > 0;
}

/** The slow path of join: true once nothing was unfinished, at whatever moment since. */
export function* joinSteps(at: number): Steps<boolean> {
  const place: ParkRequest = {
    queue: at + LINE,
    marks: JOINS,
    mustWait() {
      if (unfinishedNow(at) === 0) return false;
      words[at + JOINERS]++;
      return true;
    },
    onLeave: () => {
      words[at + JOINERS]--;
    },
  };
  return (yield place) !== GONE;
}

for (const kind of [Kind.Queue, Kind.LifoQueue, Kind.PriorityQueue, Kind.SimpleQueue])
  onDispose(kind, (at) => {
    cover(at + ORDER);
    if (words[at + STORE] === 0) return;
    sweep(at);
    release(words[at + STORE]);
    if (words[at + ORDER] !== 0) release(words[at + ORDER]);
  });
