/** Waiting for a thread's end, and the end itself. */
import { load, store } from "#atomics";
import { release, retain } from "../memory/allocator.ts";
import { words } from "../memory/arena.ts";
import { Kind } from "../memory/layout.ts";
import { GONE, NEW, T_IDENT, T_QUEUE, T_STATE, TERMINATED } from "../parking/layout.ts";
import { type ParkRequest, type Steps, wakeAll } from "../parking/park.ts";
import { defineRobust } from "../parking/robust.ts";
import { delist, uncount } from "./registry.ts";

/** True once thread `at` is terminated; false when the time was up. */
export function* joinSteps(at: number): Steps<boolean> {
  const over = () => load(words, at + T_STATE) === TERMINATED;
  const place: ParkRequest = { queue: at + T_QUEUE, mustWait: () => !over() };
  while (!over()) if ((yield place) === GONE) return over();
  return true;
}

/**
 * Marks a thread as over. Last of all steps of its end: whoever joins it sees all that went before. May be done again
 * by the supervisor, if who did it was killed on the way.
 */
export function endThread(at: number): void {
  retain(at); // the list's reference may be the last one
  delist(at);
  uncount(at);
  wakeAll(at + T_QUEUE, () => store(words, at + T_STATE, TERMINATED));
  release(at);
}

/** Undoes a start whose worker could not be made: the thread is in no list, as if it had never been tried. */
export function unstart(at: number): void {
  delist(at);
  uncount(at);
  words[at + T_IDENT] = 0;
  store(words, at + T_STATE, NEW);
}

defineRobust(Kind.Thread, { queue: T_QUEUE });
