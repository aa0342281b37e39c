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
  readonly node: number;
  /** The line that it stood in. */
  readonly queue: number;
  readonly async: boolean;
}

/** By the lock that is held. */
const late = new Map<number, Settled[]>();
/** How many locks' releases must look here. */
export let lateWakes = 0;

/** Wakes the owners of settled nodes of `queue` when the calling thread lets the lock at `lock` go. */
export function wakeLater(lock: number, queue: number, nodes: readonly number[]): void {
  if (nodes.length === 0) return;
  const settled = nodes.map((node) => ({ node, queue, async: (words[node + N_FLAGS] & ASYNC) !== 0 }));
  late.set(lock, [...(late.get(lock) ?? []), ...settled]);
  lateWakes = late.size;
}

/** The lock at `lock` is about to be let go: the nodes to wake after that, if they are still those that were settled. */
export function takeLate(lock: number): readonly number[] {
  const settled = late.get(lock);
  if (settled === undefined) return NONE;
  late.delete(lock);
  lateWakes = late.size;
  const nodes: number[] = [];
  for (const each of settled) if (isStill(each)) nodes.push(each.node);
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
  for (const lock of [...late.keys()]) for (const node of takeLate(lock)) wake(node);
}
