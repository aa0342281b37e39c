/** Running a task that was claimed, in the thread that claimed it. */
import { release } from "../memory/allocator.ts";
import { words } from "../memory/arena.ts";
import { drop, pack } from "../shared/cell.ts";
import { packOnce } from "../threading/held-code.ts";
import { packThrown } from "../threading/message.ts";
import { isThenable } from "../threading/thenable.ts";
import { P_PACE, P_TIMES } from "./pool-words.ts";
import { claim, settle } from "./settle.ts";
import { callTask, prepareTask } from "./task-code.ts";
import { clock, elapsed, RUN, record, WAIT } from "./times.ts";
import { F_POOL, F_TIME, FAILED, FINISHED, PENDING, stateIn, wordOf } from "./words.ts";

/** The future of the task that runs here, 0: none. */
let current = 0;

/** Block of the future whose task runs on this thread right now. */
export function currentTask(): number {
  return current;
}

/** Is it a task of this pool that nobody had begun, and is ours now? */
export function claimed(pool: number, at: number): boolean {
  return words[at + F_POOL] === pool && stateIn(wordOf(at)) === PENDING && claim(at);
}

/** Runs it to its end. A promise: it is still on its way. `unlinked`: it stands in no list of the pool. */
export function startTask(pool: number, at: number, unlinked: boolean): Promise<void> | undefined {
  const begun = clock();
  record(words[pool + P_TIMES], WAIT, elapsed(words[at + F_TIME], begun));
  const run = () => runTask(pool, at, unlinked, begun);
  try {
    const loading = prepareTask(at);
    if (loading === undefined) return run();
    return loading.then(run, (error) => fail(at, error, unlinked));
  } catch (error) {
    fail(at, error, unlinked);
    return undefined;
  }
}

function runTask(pool: number, at: number, unlinked: boolean, begun: number): Promise<void> | undefined {
  const outer = current;
  current = at;
  let result: unknown;
  try {
    result = callTask(at);
  } catch (error) {
    current = outer;
    noteRun(pool, elapsed(begun, clock()));
    fail(at, error, unlinked);
    return undefined;
  }
  const goesOn = isThenable(result);
  // One that was run within another hands the place back; else it is its own until it ends.
  if (!goesOn || outer !== 0) current = outer;
  if (goesOn) return awaitTask(pool, at, unlinked, begun, result as PromiseLike<unknown>, outer);
  noteRun(pool, elapsed(begun, clock()));
  succeed(at, result, unlinked);
  return undefined;
}

function noteRun(pool: number, micros: number): void {
  record(words[pool + P_TIMES], RUN, micros);
  const pace = words[pool + P_PACE];
  words[pool + P_PACE] = pace + (((Math.min(micros, MOST) << 4) - pace) >> 3);
}
/** Microseconds: longer is all the same to the pace. */
const MOST = 1_000_000;

async function awaitTask(
  pool: number,
  at: number,
  unlinked: boolean,
  begun: number,
  promise: PromiseLike<unknown>,
  outer: number,
): Promise<void> {
  try {
    const result = await promise;
    noteRun(pool, elapsed(begun, clock()));
    succeed(at, result, unlinked);
  } catch (error) {
    fail(at, error, unlinked);
  } finally {
    if (current === at) current = outer;
  }
}

const owner = {};

function succeed(at: number, result: unknown, unlinked: boolean): void {
  let cell: number;
  try {
    cell = pack(result, "the result of a task", owner, packOnce);
  } catch (error) {
    fail(at, error, unlinked);
    return;
  }
  if (!settle(at, FINISHED, cell, unlinked)) drop(cell);
}

/** Ends it with an error, unless it has an outcome. */
export function fail(at: number, error: unknown, unlinked: boolean): void {
  const message = packThrown(error);
  if (!settle(at, FAILED, message, unlinked)) release(message);
}
