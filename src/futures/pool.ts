/** A pool's tasks: in, out, and what follows when one is over. See pool-words.ts. */
import { add, compareExchange, load, or, sub } from "#atomics";
import { eachBlock, release, retain } from "../memory/allocator.ts";
import { cover, words } from "../memory/arena.ts";
import { enter, leave } from "../memory/guard.ts";
import { adopt } from "../memory/handle.ts";
import { H_LIVE, H_MAIN_REALM, Kind } from "../memory/layout.ts";
import { N_IDENT, N_PREV, N_STATUS, NOTIFIED, Q_GUARD, Q_TAIL, WAITING } from "../parking/layout.ts";
import { firstWaiting, ring, settle as settleNode, wake } from "../parking/queue.ts";
import type { Event } from "../sync/event.ts";
import type { Semaphore } from "../sync/semaphore.ts";
import {
  isShutDown,
  P_CANCELLED,
  P_IDLE,
  P_INBOX,
  P_LANES,
  P_OVER,
  P_PACE,
  P_QUEUE,
  P_ROOM,
  P_SENTINEL,
  P_TASKS,
  P_WORKERS,
} from "./pool-words.ts";
import { claim, onPoolLeft } from "./settle.ts";
import {
  CANCELLED,
  F_LINK,
  F_PLACE,
  F_POOL,
  F_STATE,
  F_TIME,
  LANES,
  LEFT,
  laneIn,
  OUT,
  SORTED,
  wordOf,
} from "./words.ts";

/** Takes in a task, with a reference to it. Wakes an idle worker. False: there was none. */
export function push(pool: number, at: number): boolean {
  // The counts and the pool's reference change without a call or a loop between them: only there a thread is killed.
  words[at + F_POOL] = pool;
  if (add(words, pool + P_TASKS, 1) === 0) {
    // From the first task on it lives, and main stays, until the last is over.
    const live = add(words, H_LIVE, 1);
    add(words, pool - 1, 1);
    if (live === 0) ring(words[H_MAIN_REALM]);
  }
  retain(at);
  let head: number;
  do {
    head = load(words, pool + P_INBOX);
    words[at + F_LINK] = head;
  } while (compareExchange(words, pool + P_INBOX, head, at) !== head);
  // A worker counts itself idle before it looks for the last time: one of us sees the other.
  const idle = load(words, pool + P_IDLE);
  return idle > 0 && ((idle < load(words, pool + P_WORKERS) && isBrief(pool)) || wakeIdle(pool));
}

/** Microseconds of work that waking another worker is not worth: the wake-up alone takes half of that. */
const BRIEF = 100;
/** What a task costs besides its own time, in sixteenths of a microsecond. */
const OVERHEAD = 16;

/**
 * Will those at work be through in no time, to judge by the tasks of late? If that is wrong, the sentinel sees it within
 * a millisecond, so no task waits for long behind one that takes its time.
 */
function isBrief(pool: number): boolean {
  return (
    load(words, pool + P_SENTINEL) !== 0 &&
    words[pool + P_TASKS] * (words[pool + P_PACE] + OVERHEAD) < BRIEF * 16
  );
}

/** One task less, once. */
function endTask(at: number, pool: number, outcome: number): void {
  cover(pool + P_CANCELLED);
  // As in `push`: all of these or none.
  if (or(words, at + F_STATE, LEFT) & LEFT) return;
  if (outcome === CANCELLED) add(words, pool + P_CANCELLED, 1);
  const tasks = sub(words, pool + P_TASKS, 1) - 1;
  const live = tasks === 0 ? sub(words, H_LIVE, 1) - 1 : -1;
  if (tasks !== 0) return;
  if (isShutDown(pool)) {
    wakeAllIdle(pool);
    checkOver(pool);
  }
  if (live === 0) ring(words[H_MAIN_REALM]);
  release(pool);
}
onPoolLeft(endTask);

/** If it is shut down and nothing is left, who waits for that goes on. */
export function checkOver(pool: number): void {
  if (!isShutDown(pool)) return;
  if (load(words, pool + P_TASKS) === 0 && load(words, pool + P_WORKERS) === 0)
    (adopt(Kind.Event, words[pool + P_OVER]) as Event).set();
}

/** Wakes an idle worker. False: there is none. */
export function wakeIdle(pool: number): boolean {
  enter(words, pool + P_QUEUE + Q_GUARD);
  const node = latestIdle(pool) || firstWaiting(pool + P_QUEUE);
  const woken = node !== 0 && settleNode(pool + P_QUEUE, node, NOTIFIED);
  if (woken) sub(words, pool + P_IDLE, 1);
  leave(words, pool + P_QUEUE + Q_GUARD);
  if (woken) wake(node);
  return woken;
}

/**
 * The one that went idle last: its caches are warm, and the others come of age and end. Not the sentinel, which stands at
 * the end of the line since it comes back every millisecond; 0: there is no other.
 */
function latestIdle(pool: number): number {
  const sentinel = words[pool + P_SENTINEL];
  for (let node = words[pool + P_QUEUE + Q_TAIL]; node !== 0; node = words[node + N_PREV])
    if (load(cover(node), node + N_STATUS) === WAITING && words[node + N_IDENT] !== sentinel) return node;
  return 0;
}

/** Has all idle workers look at the pool's flags, and for work. */
export function wakeAllIdle(pool: number): void {
  while (wakeIdle(pool));
}

/** Is there a task that nobody has taken? */
export function hasWork(pool: number): boolean {
  if (load(words, pool + P_INBOX) !== 0) return true;
  for (let lane = 0; lane < LANES; lane++) if (words[pool + P_LANES + 2 * lane] !== 0) return true;
  return false;
}

/** How many tasks that are over already one section takes out: the guard is not for long work. */
const AT_ONCE = 64;
const dead: number[] = [];

/** Takes the first task, claimed for the calling thread, with the pool's reference to it; 0: there is none. */
export function take(pool: number): number {
  for (;;) {
    enter(words, pool + P_QUEUE + Q_GUARD);
    if (load(words, pool + P_INBOX) !== 0) sortInbox(pool);
    const at = takeFirst(pool);
    leave(words, pool + P_QUEUE + Q_GUARD);
    const more = dead.length === AT_ONCE;
    while (dead.length > 0) letGo(pool, dead.pop() as number);
    if (at !== 0) makeRoom(pool);
    if (at !== 0 || !more) return at;
  }
}

/** Under the guard. Claims before it unlinks: one who dies in between has it, and it is over when it is found again. */
function takeFirst(pool: number): number {
  for (let lane = LANES - 1; lane >= 0; lane--) {
    const place = pool + P_LANES + 2 * lane;
    for (let at = words[place]; at !== 0; at = words[place]) {
      cover(at);
      const mine = claim(at);
      words[place] = words[at + F_LINK];
      words[at + F_PLACE] = mine ? OUT : 0;
      if (mine) return at;
      dead.push(at);
      if (dead.length === AT_ONCE) return 0;
    }
  }
  return 0;
}

/** A task that `take` gave is over. */
export function finish(at: number): void {
  words[at + F_PLACE] = 0;
  release(at);
}

/** It was cancelled, or run by who waited for it. */
function letGo(pool: number, at: number): void {
  release(at);
  makeRoom(pool);
}

/** A task has left the queue: if its length is bounded, who waits to submit goes on. */
export function makeRoom(pool: number): void {
  const room = words[pool + P_ROOM];
  if (room !== 0) (adopt(Kind.Semaphore, room) as Semaphore).release();
}

/** Under the guard: what was submitted goes to the lanes, oldest first. */
function sortInbox(pool: number): void {
  // 1. Mark all: a task that is marked and in no list was being sorted.
  let head: number;
  do {
    head = load(words, pool + P_INBOX);
    for (let at = head; at !== 0 && cover(at)[at + F_PLACE] !== SORTED; at = words[at + F_LINK])
      words[at + F_PLACE] = SORTED;
  } while (compareExchange(words, pool + P_INBOX, head, 0) !== head);
  // 2. Turn the stack around.
  let first = 0;
  for (let at = head; at !== 0; ) {
    const next = words[at + F_LINK];
    words[at + F_LINK] = first;
    first = at;
    at = next;
  }
  // 3. Into the lanes.
  for (let at = first; at !== 0; ) {
    const next = words[at + F_LINK];
    append(pool, at);
    at = next;
  }
}

/** The link that makes it part of the lane comes before the tail. */
function append(pool: number, at: number): void {
  const place = pool + P_LANES + 2 * laneIn(wordOf(at));
  words[at + F_LINK] = 0;
  const tail = words[place + 1];
  // Another worker put it there, maybe out of memory that has grown since.
  if (words[place] === 0) words[place] = at;
  else cover(tail)[tail + F_LINK] = at;
  words[place + 1] = at;
}

/** Has all that was put in stand in the lanes. */
export function sortNow(pool: number): void {
  cover(pool);
  enter(words, pool + P_QUEUE + Q_GUARD);
  if (load(words, pool + P_INBOX) !== 0) sortInbox(pool);
  leave(words, pool + P_QUEUE + Q_GUARD);
}

/** All tasks that nobody has begun, each with a reference. They stay where they are. */
export function queued(pool: number): number[] {
  const all: number[] = [];
  enter(words, pool + P_QUEUE + Q_GUARD);
  if (load(words, pool + P_INBOX) !== 0) sortInbox(pool);
  for (let lane = LANES - 1; lane >= 0; lane--)
    for (let at = words[pool + P_LANES + 2 * lane]; at !== 0; at = cover(at)[at + F_LINK]) {
      retain(at);
      all.push(at);
    }
  leave(words, pool + P_QUEUE + Q_GUARD);
  return all;
}

/** Under the guard, whose holder was killed: tails, and tasks that it was sorting. */
export function mendLanes(pool: number): void {
  const listed = new Set<number>();
  for (let at = load(words, pool + P_INBOX); at !== 0; at = cover(at)[at + F_LINK]) {
    listed.add(at);
    words[at + F_PLACE] = 0; // some were marked, those below them not: who sorts stops at a mark
  }
  for (let lane = 0; lane < LANES; lane++) {
    const place = pool + P_LANES + 2 * lane;
    for (let at = words[place]; at !== 0; at = cover(at)[at + F_LINK]) {
      listed.add(at);
      words[place + 1] = at;
    }
  }
  const lost: number[] = [];
  eachBlock((at, kind) => {
    if (kind !== Kind.Future || words[at + F_POOL] !== pool || words[at + F_PLACE] !== SORTED) return;
    if (!listed.has(at)) lost.push(at); // cancelled ones, too: `take` gives back their reference and their room
  });
  lost.sort((a, b) => (words[a + F_TIME] - words[b + F_TIME]) | 0);
  for (const at of lost) append(pool, at);
}
