/**
 * Waiters that were notified under an RLock, and are woken when its owner lets it go: before that they could only run
 * into the held lock and sleep again, two switches of threads more for each notify.
 *
 * A node is settled at once, so who looks at its status sees the notify. Only an RLock is sure to be let go by the
 * thread that notified. If that thread is killed the supervisor tells all settled nodes again.
 */
import { load } from "#atomics";
import { kindOf } from "../memory/allocator.ts";
import { words } from "../memory/arena.ts";
import { Kind } from "../memory/layout.ts";
import { ASYNC, N_FLAGS, N_FROM, N_STATUS, NOTIFIED, R_NODE } from "../parking/layout.ts";
import { wake } from "../parking/queue.ts";

interface Settled {
  /** The lock that is held. */
  readonly lock: number;
  readonly node: number;
  /** The line that it stood in. */
  readonly queue: number;
  readonly async: boolean;
}

let late: Settled[] = [];
/** How many wake-ups wait for a release: while there are none, no release looks here. */
export let lateWakes = 0;

/** Wakes the owners of settled nodes of `queue` when the calling thread lets the lock at `lock` go. */
export function wakeLater(lock: number, queue: number, nodes: readonly number[]): void {
  for (const node of nodes) late.push({ lock, node, queue, async: (words[node + N_FLAGS] & ASYNC) !== 0 });
  lateWakes = late.length;
}

/** The lock at `lock` is about to be let go: the nodes to wake after that, if they are still those that were settled. */
export function takeLate(lock: number): readonly number[] {
  if (lateWakes === 0) return NONE;
  const nodes: number[] = [];
  const others: Settled[] = [];
  for (const each of late) {
    if (each.lock !== lock) others.push(each);
    else if (isStill(each)) nodes.push(each.node);
  }
  late = others;
  lateWakes = late.length;
  return nodes;
}
const NONE: readonly number[] = [];

/**
 * Is there still somebody to wake? Its thread may have been killed meanwhile, and its place serve others. A blocked
 * thread that is woken in vain looks again. The node of a promise must not be told of twice: it stays what it is until
 * its thread hears of it, and no other wait of the same line can be in its place, since that takes the lock, which we
 * have.
 */
function isStill({ node, queue, async }: Settled): boolean {
  if (!async) return kindOf(node - R_NODE) === Kind.Realm;
  if (kindOf(node) !== Kind.WaitNode) return false;
  return words[node + N_FROM] === queue && load(words, node + N_STATUS) === NOTIFIED;
}

/** The thread is over, whatever it holds. */
export function wakeAllLate(): void {
  for (const lock of new Set(late.map((each) => each.lock))) for (const node of takeLate(lock)) wake(node);
}
