/** The tasks of a queue that are not done: items that were put, each until `taskDone`. */
import { words } from "../memory/arena.ts";
import { enter, leave } from "../memory/guard.ts";
import { GONE } from "../parking/layout.ts";
import type { ParkRequest, Steps } from "../parking/park.ts";
import { wake } from "../parking/queue.ts";
import { serve } from "./lines.ts";
import { DONE, JOINERS, JOINS, LINE, unfinishedNow } from "./words.ts";

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
