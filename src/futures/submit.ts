/** How a task gets into a pool. */
import { load } from "#atomics";
import { describe, RuntimeError, typeError } from "../errors/errors.ts";
import { words } from "../memory/arena.ts";
import { adopt, kAt, type SharedObject } from "../memory/handle.ts";
import { H_EXITING, Kind } from "../memory/layout.ts";
import { checkSignal, checkTimeout } from "../parking/deadline.ts";
import { checkBlocking } from "../parking/park.ts";
import type { Semaphore } from "../sync/semaphore.ts";
import { bootAhead } from "../threading/carriers.ts";
import { holdForThreads } from "../threading/exit.ts";
import { supervisorSoon } from "../threading/watch.ts";
import { brokenError, failQueued } from "./broken.ts";
import { kMake } from "./doors.ts";
import { Future } from "./future.ts";
import { makeRoom, push } from "./pool.ts";
import { laneOf, type SubmitOptions } from "./pool-options.ts";
import { isBroken, isShutDown, P_IDLE, P_ROOM } from "./pool-words.ts";
import { isWorkerOf, runOne, startWorker } from "./pool-worker.ts";
import { isShort } from "./seats.ts";
import { cancel } from "./settle.ts";
import type { Task } from "./task.ts";
import { packTask } from "./task-code.ts";
import { clock } from "./times.ts";
import { F_STATE, F_TIME, laneBits } from "./words.ts";

/** Options of `with`, checked. */
export interface How {
  readonly lane: number;
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
}
export const PLAIN: How = { lane: laneOf(undefined), timeout: Number.POSITIVE_INFINITY, signal: undefined };

export function checkSubmit(options: unknown): How {
  if (typeof options !== "object" || options === null) {
    throw typeError(
      "INVALID_OPTIONS",
      `cannot submit: the options are ${describe(options)}. Give an object such as { priority: 1 }.`,
    );
  }
  const { priority, timeout, signal } = options as SubmitOptions;
  return {
    lane: laneOf(priority),
    timeout: checkTimeout(timeout, "submit"),
    signal: checkSignal(signal, "submit"),
  };
}

/** 1. May it be submitted? 2. Pack it. 3. Room. 4. In. `form`: 0, or CHUNK, as `packTask` has it. */
export function submitTask(
  pool: SharedObject,
  how: How,
  fn: Task,
  args: readonly unknown[],
  form = 0,
): Future<unknown> {
  const at = pool[kAt];
  checkOpen(at, fn);
  if (words[at + P_ROOM] !== 0 && roomOf(at).value === 0) checkBlocking("submit", "submitAsync()");
  // A worker boots while the function is captured: that takes as long the first time.
  if (load(words, at + P_IDLE) === 0 && isShort(at, 1)) bootAhead();
  const future = packed(pool, how, fn, args, form);
  if (isAborted(future, how)) return future;
  if (words[at + P_ROOM] !== 0) {
    waitForRoom(at);
    checkRoom(at, fn, future);
  }
  return enter(at, future, how);
}

/** The same, awaiting room. In an object, since a promise would go through to the future's result. */
export async function submitTaskAsync(
  pool: SharedObject,
  how: How,
  fn: Task,
  args: readonly unknown[],
): Promise<{ future: Future<unknown> }> {
  const at = pool[kAt];
  checkOpen(at, fn);
  const future = packed(pool, how, fn, args);
  if (isAborted(future, how)) return { future };
  if (words[at + P_ROOM] !== 0) {
    await awaitRoom(at);
    checkRoom(at, fn, future);
  }
  return { future: enter(at, future, how) };
}

/** Then it is cancelled, and does not get into the pool. */
function isAborted(future: Future<unknown>, how: How): boolean {
  return how.signal?.aborted === true && future.cancel();
}

function checkOpen(at: number, fn: unknown): void {
  if (isBroken(at)) throw brokenError(at);
  if (isShutDown(at) || words[H_EXITING] !== 0) {
    throw new RuntimeError(
      "POOL_SHUT_DOWN",
      `cannot submit to the pool: ${words[H_EXITING] !== 0 ? "the process is ending" : "it was shut down"}. Submit before, or make a new pool.`,
    );
  }
  if (typeof fn !== "function") {
    throw typeError(
      "INVALID_ARGUMENT",
      `cannot submit: what it shall run is ${describe(fn)}. Give a function, then its arguments.`,
    );
  }
}

/** There is room: but the pool may have been shut down meanwhile. */
function checkRoom(at: number, fn: Task, future: Future<unknown>): void {
  try {
    checkOpen(at, fn);
  } catch (error) {
    future.cancel();
    makeRoom(at);
    throw error;
  }
}

function packed(pool: SharedObject, how: How, fn: Task, args: readonly unknown[], form = 0): Future<unknown> {
  const future = Future[kMake]<Future<unknown>>();
  const at = future[kAt];
  words[at + F_STATE] = laneBits(how.lane) | form;
  try {
    packTask(at, fn, args, pool);
  } catch (error) {
    cancel(at);
    throw error;
  }
  return future;
}

/**
 * A worker of a full pool that submits to it runs queued tasks meanwhile: nobody else may be left to make room. If none
 * is queued others have the room, who are about to queue theirs: it looks again soon.
 */
function waitForRoom(at: number): void {
  const room = roomOf(at);
  if (!isWorkerOf(at)) room.acquire();
  else while (!helpsFor(room, at) && room.acquire({ timeout: AGAIN }) === null);
}

async function awaitRoom(at: number): Promise<void> {
  const room = roomOf(at);
  if (!isWorkerOf(at)) await room.acquireAsync();
  else while (!helpsFor(room, at) && (await room.acquireAsync({ timeout: AGAIN })) === null);
}

/** Milliseconds to wait for room before it looks for a task to run again. */
const AGAIN = 1;

/** True: there was room, or this worker has made some. */
function helpsFor(room: Semaphore, at: number): boolean {
  while (room.acquire({ blocking: false }) === null) if (!runOne(at)) return false;
  return true;
}

function roomOf(at: number): Semaphore {
  return adopt(Kind.Semaphore, words[at + P_ROOM]) as Semaphore;
}

function enter(pool: number, future: Future<unknown>, how: How): Future<unknown> {
  const at = future[kAt];
  words[at + F_TIME] = clock();
  supervisorSoon();
  const woken = push(pool, at);
  holdForThreads();
  if (!woken && isShort(pool)) startWorker(pool);
  if (isBroken(pool)) failQueued(pool);
  if (how !== PLAIN) watch(future, how);
  return future;
}

/** Asks it to stop on its signal and when its time is up. */
function watch(future: Future<unknown>, { timeout, signal }: How): void {
  if (signal === undefined && timeout === Number.POSITIVE_INFINITY) return;
  const stop = () => void future.requestStop();
  if (signal?.aborted) stop(); // while it waited for room
  const timer = timeout === Number.POSITIVE_INFINITY ? undefined : setTimeout(stop, timeout);
  signal?.addEventListener("abort", stop, { once: true });
  future.addDoneCallback(() => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  });
}
