/** PoolWorker: the thread that runs a pool's tasks, one at a time. */
import { add } from "#atomics";
import { leftovers, liveTasks, turn } from "#host";
import { RuntimeError } from "../errors/errors.ts";
import type { ResourceLimits } from "../host/host.ts";
import { release, retain } from "../memory/allocator.ts";
import { words } from "../memory/arena.ts";
import { loadFloat } from "../memory/float.ts";
import { adopt, kAt, type SharedObject } from "../memory/handle.ts";
import { Kind } from "../memory/layout.ts";
import { readText } from "../memory/text.ts";
import { parkAsync, pendingWaits } from "../parking/park-async.ts";
import { ident } from "../parking/realm.ts";
import { HandOver } from "../parking/spin.ts";
import { prepare, unpack } from "../threading/message.ts";
import { identify } from "../threading/registry.ts";
import { Thread } from "../threading/thread.ts";
import { breakPool } from "./broken.ts";
import { setHelper } from "./help.ts";
import { hasWatched, idleSteps, sleepIdle } from "./idle.ts";
import { awaitsFutures } from "./owner.ts";
import { checkOver, finish, hasWork, take, wakeIdle } from "./pool.ts";
import {
  isBroken,
  isOpen,
  P_IDLE_TIME,
  P_INIT,
  P_LIMITS,
  P_PREFIX,
  P_SERIAL,
  P_TASKS_EACH,
} from "./pool-words.ts";
import { claimed, fail, startTask } from "./run-task.ts";
import { beginBlocked, endBlocked, isCrowded, leaveSeat, ready, seatWorker, takeSeat } from "./seats.ts";
import { forgetKept } from "./task-code.ts";
import { F_POOL, isAsync, PENDING, stateIn, wordOf } from "./words.ts";

/** Milliseconds of tasks without a turn of the event loop: what they left to timers and sockets goes on meanwhile. */
const SLICE = 2;
/** Milliseconds: who awaits a result comes back by its event loop, which takes 20–100 µs, and submits the next task. */
const hot = new HandOver({ limit: 0.1 });

/** Starts a worker, if there is a seat and work to do. Does not wait for it. */
export function startWorker(pool: number): void {
  const seat = takeSeat(pool);
  if (seat === 0) return;
  try {
    const worker = new PoolWorker({
      name: `${readText(words[pool + P_PREFIX])}_${add(words, pool + P_SERIAL, 1)}`,
      daemon: true,
      resourceLimits:
        words[pool + P_LIMITS] === 0 ? undefined : (unpack(words[pool + P_LIMITS]) as ResourceLimits),
    });
    worker.pool = adopt(Kind.Pool, pool);
    worker.seat = seat;
    // It may be killed before `start()` has returned: then its ident is what its seat is found by.
    identify(worker[kAt]);
    seatWorker(seat, worker.ident as number);
    try {
      worker.start();
    } catch (error) {
      leaveSeat(pool, seat, worker.ident as number);
      throw error;
    }
  } catch (error) {
    leaveSeat(pool, seat, -ident);
    throw error;
  }
}

/** Sees to it that somebody does what there is to do, as one who could have done it leaves. */
export function goOn(pool: number): void {
  if (isBroken(pool) || !hasWork(pool)) checkOver(pool);
  else if (!wakeIdle(pool)) startWorker(pool);
}

/** A worker of a pool. */
export class PoolWorker extends Thread {
  pool: SharedObject | undefined;
  seat = 0;

  override run(): Promise<void> {
    const { pool, seat } = this;
    return work((pool as SharedObject)[kAt], seat);
  }
}

/** The pool whose worker this thread is, 0: none; its seat there. */
let own = 0;
let ownSeat = 0;

export function isWorkerOf(pool: number): boolean {
  return own === pool;
}

/** In a worker, within a task: runs another one here. False: there is none. */
export function runOne(pool: number): boolean {
  const at = take(pool);
  if (at === 0) return false;
  const running = startTask(pool, at, true);
  if (running === undefined) finish(at);
  else besides(running.finally(() => finish(at)));
  return true;
}

/** Async tasks that this worker has begun for another task's sake. Nobody else can end them: it stays until they are over. */
const beside = new Set<Promise<void>>();

function besides(running: Promise<void>): void {
  beside.add(running);
  void running.finally(() => beside.delete(running));
}

async function work(pool: number, seat: number): Promise<void> {
  own = pool;
  ownSeat = seat;
  setHelper({
    now: (at) => helpNow(pool, at),
    later: (at) => helpLater(pool, at),
    blocked: (at, wait) => blocked(pool, at, wait),
  });
  try {
    if (await initialize(pool)) await runTasks(pool);
  } finally {
    own = 0;
    setHelper(undefined);
    forgetKept();
    leaveSeat(pool, ownSeat, ident);
    goOn(pool);
  }
}

/** Runs the pool's initializer. False: the pool is broken. */
async function initialize(pool: number): Promise<boolean> {
  if (isBroken(pool)) return false;
  const message = words[pool + P_INIT];
  if (message === 0) return true;
  try {
    await prepare(message);
    const { initializer, initargs } = unpack(message) as Initializer;
    await initializer(...initargs);
    return true;
  } catch (error) {
    breakPool(pool, error);
    return false;
  }
}

interface Initializer {
  initializer: (...args: readonly unknown[]) => unknown;
  initargs: readonly unknown[];
}

/** Until the pool is shut down and empty, or the worker was idle for too long. */
async function runTasks(pool: number): Promise<void> {
  ready(pool, ownSeat);
  const limit = words[pool + P_TASKS_EACH];
  let fresh = false;
  let done = 0;
  let turnAt = performance.now() + SLICE;
  for (;;) {
    // 1. The next task; spun for, as the next is often on its way.
    const at = take(pool) || (hot.spin(() => hasWork(pool)) ? take(pool) : 0);
    if (at !== 0) {
      if (hasWatched()) goOn(pool);
      const running = startTask(pool, at, true);
      if (running !== undefined) await running;
      finish(at);
      fresh = true;
      if (++done === limit) break;
      if (performance.now() < turnAt) continue;
    }
    // 2. A turn of the event loop after a slice of time, and before it goes idle.
    if (fresh) {
      await turn();
      turnAt = performance.now() + SLICE;
      fresh = false;
      continue;
    }
    if (at !== 0) continue;
    if (isCrowded(pool)) break;
    // 3. Idle, asleep; or awaiting, if a task left something that needs the event loop.
    const worked = await idle(pool);
    if (worked) continue;
    if (beside.size > 0) {
      await Promise.race(beside);
      continue;
    }
    // 4. Not needed any more: unless a task came at the very moment.
    if (!leaveSeat(pool, ownSeat, ident) || !hasWork(pool)) return;
    const seat = takeSeat(pool);
    if (seat === 0) return;
    ownSeat = seat;
    seatWorker(seat, ident);
    ready(pool, seat);
  }
  while (beside.size > 0) await Promise.race(beside);
}

/** False: the pool is shut down, or nothing came for the idle time. */
async function idle(pool: number): Promise<boolean> {
  if (!isOpen(pool)) return hasWork(pool) && !isBroken(pool);
  const limit = loadFloat(pool + P_IDLE_TIME);
  return isQuiet() ? sleepIdle(pool, limit) : parkAsync(idleSteps(pool), limit);
}

/** Nothing that a task began needs this event loop. */
function isQuiet(): boolean {
  return (
    beside.size === 0 &&
    pendingWaits() === 0 &&
    leftovers() === undefined &&
    liveTasks() === 0 &&
    !awaitsFutures()
  );
}

/** A task that this worker waits for, while the pool may have nobody else for it. */
function helpNow(pool: number, at: number): boolean {
  // Its promise would never settle while this thread is blocked.
  if (isAsync(at) || !claimed(pool, at)) return false;
  retain(at);
  try {
    if (startTask(pool, at, false) !== undefined) fail(at, promiseError(), false);
  } finally {
    release(at);
  }
  return true;
}

function promiseError(): RuntimeError {
  return new RuntimeError(
    "PROMISE_IN_WAIT",
    "cannot finish the task: it returned a promise in a worker that is blocked by waiting for it. Declare its function async, or await its future instead.",
  );
}

function blocked<T>(pool: number, at: number, wait: () => T): T {
  if (words[at + F_POOL] !== pool || stateIn(wordOf(at)) !== PENDING) return wait();
  const seat = ownSeat;
  beginBlocked(pool, seat);
  try {
    if (!wakeIdle(pool)) startWorker(pool);
    return wait();
  } finally {
    endBlocked(pool, seat);
  }
}

/** The same for one that awaits it: on the next turn, if nobody has begun it by then. */
function helpLater(pool: number, at: number): void {
  if (words[at + F_POOL] !== pool || stateIn(wordOf(at)) !== PENDING) return;
  retain(at);
  besides(helpOnTurn(pool, at));
}

async function helpOnTurn(pool: number, at: number): Promise<void> {
  await turn();
  try {
    if (claimed(pool, at)) await startTask(pool, at, false);
  } finally {
    release(at);
  }
}
