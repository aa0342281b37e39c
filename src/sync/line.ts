/** What primitives do with a line besides waking its first: all at once, and counting. */
import { load } from "#atomics";
import { cover, words } from "../memory/arena.ts";
import { enter, leave } from "../memory/guard.ts";
import { type GIFTED, N_NEXT, N_STATUS, type NOTIFIED, Q_GUARD, Q_HEAD, WAITING } from "../parking/layout.ts";
import { firstWaiting, settle } from "../parking/queue.ts";

/** Under the guard: settles everybody in line. `wake` them after the guard. */
export function settleAll(
  queue: number,
  status: typeof NOTIFIED | typeof GIFTED,
  woken: number[] = [],
): number[] {
  for (let node = firstWaiting(queue); node !== 0; node = firstWaiting(queue)) {
    if (settle(queue, node, status)) woken.push(node);
  }
  return woken;
}

/** How many wait in line now. Enters the guard. */
export function lineLength(queue: number): number {
  cover(queue);
  enter(words, queue + Q_GUARD);
  let length = 0;
  for (let node = words[queue + Q_HEAD]; node !== 0; node = words[node + N_NEXT])
    if (load(cover(node), node + N_STATUS) === WAITING) length++;
  leave(words, queue + Q_GUARD);
  return length;
}
