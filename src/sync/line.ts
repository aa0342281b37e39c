/** What primitives do with a line besides waking its first: all at once, and counting. */
import { cover, words } from "../memory/arena.ts";
import { enter, leave } from "../memory/guard.ts";
import { type GIFTED, type NOTIFIED, Q_GUARD } from "../parking/layout.ts";
import { firstWaiting, nextWaiting, settle } from "../parking/queue.ts";

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
  const length = countWaiting(queue);
  leave(words, queue + Q_GUARD);
  return length;
}

/** The same under the guard. */
export function countWaiting(queue: number): number {
  let count = 0;
  for (let node = firstWaiting(queue); node !== 0; node = nextWaiting(node)) count++;
  return count;
}
