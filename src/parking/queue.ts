/**
 * Wait queues: first in, first out, blocking and awaiting waiters in one line.
 * All of it runs under the queue's guard, but for `wake`, which runs after it.
 */
import { add, compareExchange, load, notify, store } from "#atomics";
import { cover, words } from "../memory/arena.ts";
import {
  ASYNC,
  type GIFTED,
  N_FLAGS,
  N_FROM,
  N_LINK,
  N_NEXT,
  N_PREV,
  N_QUEUE,
  N_REALM,
  N_STATUS,
  N_TICKET,
  type NOTIFIED,
  Q_HEAD,
  Q_TAIL,
  Q_TICKET,
  R_BELL,
  R_INBOX,
  type R_URGENT,
  R_WAKE,
  WAITING,
} from "./layout.ts";

/** Puts a node in line: at the end, or with the ticket that it had before, at the place that goes with it. */
export function enqueue(queue: number, node: number, front: boolean): void {
  cover(node);
  words[node + N_QUEUE] = words[node + N_FROM] = queue;
  if (!front) words[node + N_TICKET] = ++words[queue + Q_TICKET];
  store(words, node + N_STATUS, WAITING);
  if (!front) {
    link(queue, node, words[queue + Q_TAIL], 0);
    return;
  }
  let after = words[queue + Q_HEAD];
  while (after !== 0 && ((cover(after)[after + N_TICKET] - words[node + N_TICKET]) | 0) < 0)
    after = words[after + N_NEXT];
  link(queue, node, after === 0 ? words[queue + Q_TAIL] : words[after + N_PREV], after);
}

export function link(queue: number, node: number, before: number, after: number): void {
  words[node + N_PREV] = before;
  words[node + N_NEXT] = after;
  if (before === 0) words[queue + Q_HEAD] = node;
  else cover(before)[before + N_NEXT] = node;
  if (after === 0) words[queue + Q_TAIL] = node;
  else cover(after)[after + N_PREV] = node;
}

/** Takes a node of the calling thread's out of the line. */
export function unlink(queue: number, node: number): void {
  if (cover(node)[node + N_QUEUE] !== queue) return;
  detach(queue, node);
  words[node + N_QUEUE] = 0;
}

/** Closes the line around a node, and leaves the node as it is. */
function detach(queue: number, node: number): void {
  const before = words[node + N_PREV];
  const after = words[node + N_NEXT];
  if (before === 0) words[queue + Q_HEAD] = after;
  else cover(before)[before + N_NEXT] = after;
  if (after === 0) words[queue + Q_TAIL] = before;
  else cover(after)[after + N_PREV] = before;
}

export function isEmpty(queue: number): boolean {
  return words[queue + Q_HEAD] === 0;
}

/** The first in line that still waits, or 0. Those who gave up leave by themselves. */
export function firstWaiting(queue: number): number {
  return waitingFrom(words[queue + Q_HEAD]);
}

/** The next in line behind `node` that still waits, or 0. */
export function nextWaiting(node: number): number {
  return waitingFrom(words[node + N_NEXT]);
}

function waitingFrom(node: number): number {
  while (node !== 0 && load(cover(node), node + N_STATUS) !== WAITING) node = words[node + N_NEXT];
  return node;
}

/**
 * Takes a node out of the line as woken; false if it does not wait any more. `wake` it after the guard.
 * The status comes last: its owner may see it before it is woken, and stand in another line at once with the same
 * node. To settle first and unlink then would take it out of that one.
 */
export function settle(queue: number, node: number, status: typeof NOTIFIED | typeof GIFTED): boolean {
  if (load(cover(node), node + N_STATUS) !== WAITING) return false;
  detach(queue, node);
  return compareExchange(words, node + N_STATUS, WAITING, status) === WAITING;
}

/** Tells a settled node's owner. */
export function wake(node: number): void {
  cover(node);
  if ((words[node + N_FLAGS] & ASYNC) === 0) rouse(words[node + N_REALM]);
  else post(words[node + N_REALM], R_INBOX, node);
}

/**
 * Pushes a node or mail on a realm's stack and rings. The realm takes the whole stack at once, so no ABA; and if there
 * was something on its inbox, who pushed that rings: a burst of wake-ups costs one. (The supervisor rings for the dead.)
 */
export function post(realm: number, stack: typeof R_INBOX | typeof R_URGENT, entry: number): void {
  cover(Math.max(realm, entry));
  let head: number;
  do {
    head = load(words, realm + stack);
    words[entry + N_LINK] = head;
  } while (compareExchange(words, realm + stack, head, entry) !== head);
  if (stack !== R_INBOX) {
    ring(realm);
    rouse(realm);
  } else if (head === 0) ring(realm);
}

/** Has a parked realm look at its node and its urgent mail. */
export function rouse(realm: number): void {
  add(cover(realm), realm + R_WAKE, 1);
  notify(words, realm + R_WAKE, 1);
}

export function ring(realm: number): void {
  add(cover(realm), realm + R_BELL, 1);
  notify(words, realm + R_BELL);
}
