/**
 * Who owns an RLock: the words behind the lock word, and the slow paths that read them.
 *
 * The lock word and its line are those of mutex.ts. Behind them stand, of the owner only:
 *
 * depth  levels beyond the first. Only the owner's thread writes it; 0 while the lock is free.
 *
 * task   meaning                                          who may leave it, to what
 * 0      owned by the thread as a whole (acquire), or     acquireAsync, which then has the word → id
 *        not owned
 * id     owned by this async task of the thread           release of the last level → 0
 * GIVEN  the word was handed to a promise, whose code     that code → id
 *        has not run yet
 *
 * So a free lock is taken by one compare-exchange that writes neither of them, and a release that finds both 0 needs
 * no more: if the word is another's, the compare-exchange fails whatever was read of that owner's words.
 *
 * As java.util.concurrent.locks.ReentrantLock (Doug Lea) keeps a hold count beside its state.
 */
import { compareExchange, load } from "#atomics";
import { aroundTask, beginTask, endTask, followsTasks, inTask, taskPromise } from "#host";
import { RuntimeError } from "../errors/errors.ts";
import { words } from "../memory/arena.ts";
import { checkWait, type WaitOptions } from "../parking/deadline.ts";
import { ASYNC } from "../parking/layout.ts";
import type { Steps } from "../parking/park.ts";
import { parkAsync } from "../parking/park-async.ts";
import { wake } from "../parking/queue.ts";
import { mine } from "../parking/realm.ts";
import { takeLate, wakeLater } from "./late.ts";
import { lineLength } from "./line.ts";
import {
  acquireSteps,
  BROKEN,
  breakOwned,
  brokenError,
  CONTENDED,
  FREE,
  type HandOverTo,
  holderOf,
  isMine,
  letGo,
  MUTEX_WORDS,
  type MutexKind,
  QUEUE,
  type WaitableLock,
} from "./mutex.ts";

export const DEPTH = MUTEX_WORDS;
export const TASK = DEPTH + 1;
export const RLOCK_WORDS = TASK + 1;
const GIVEN = -1;

export const BLOCKING: MutexKind = {
  give(at, flags) {
    if (flags & ASYNC) words[at + TASK] = GIVEN;
  },
  clear(at) {
    words[at + DEPTH] = words[at + TASK] = 0;
  },
};
const AWAITING: MutexKind = { ...BLOCKING, isGift: (at) => words[at + TASK] === GIVEN };

/**
 * acquireAsync of the lock at `at`, whose promise resolves to `result`. Not an async function: the promise that the
 * caller gets must be the very one that its task begins with. `nests`: sections may stand in each other, so where tasks
 * can't be told apart one must not wait for another.
 */
export function acquireForTask<T>(
  at: number,
  options: WaitOptions | undefined,
  result: T,
  nests = true,
): Promise<T | null> {
  let wait: ReturnType<typeof checkWait>;
  try {
    wait = checkWait(options, "acquire the lock");
    wait.signal?.throwIfAborted();
    // 1. This thread has it. In the task that has it: again. A section of the whole thread would wait for itself.
    if (isMine(load(words, at))) {
      const owner = words[at + TASK];
      if (inTask(owner)) {
        words[at + DEPTH]++;
        return Promise.resolve(result);
      }
      if (owner !== 0 && nests && !followsTasks()) throw unknownTask();
      if (owner === 0 && wait.timeout === Number.POSITIVE_INFINITY && wait.signal === undefined)
        throw deadlock(THREAD_HOLDS);
    }
  } catch (error) {
    return Promise.reject(error);
  }
  const task = beginTask();
  return taskPromise(task, (resolve, reject) => {
    // 2. It is free.
    if (compareExchange(words, at, FREE, mine) === FREE) {
      words[at + TASK] = task;
      return resolve(result);
    }
    // 3. Stand in line.
    parkAsync(takeForTask(at, task), wait.timeout, wait.signal).then(
      (taken) => {
        if (!taken) endTask(task);
        resolve(taken ? result : null);
      },
      (error) => {
        endTask(task);
        reject(error);
      },
    );
  });
}

function* takeForTask(at: number, task: number): Steps<boolean> {
  const taken = yield* acquireSteps(at, AWAITING);
  // In the same turn in which the word became ours: no other code of this thread has seen it.
  if (taken) words[at + TASK] = task;
  return taken;
}

/** release of a lock that has further levels, belongs to a task, is waited for, or is not the caller's. */
export function releaseSlow(at: number): void {
  const word = load(words, at);
  if (!isMine(word)) throw word === BROKEN ? brokenError("release") : notOwned("release the lock", word);
  const task = words[at + TASK];
  // A task that was lost on the way (see docs/rlock.md) may still release what it, or its starter, took.
  if (task !== 0 && !inTask(task) && (task === GIVEN || !aroundTask(task)))
    throw otherTask("release the lock");
  if (words[at + DEPTH] > 0) {
    words[at + DEPTH]--;
    return;
  }
  words[at + TASK] = 0;
  letGoAndWake(at);
  endTask(task);
}

/** Lets the word go, and wakes whom its owner has notified under it. */
function letGoAndWake(at: number, handOver?: HandOverTo): void {
  const notified = takeLate(at);
  letGo(at, BLOCKING, handOver);
  for (const node of notified) wake(node);
}

/** A condition over an RLock: exact about the owner, and gives up all of its levels. */
export const rlockOfCondition: WaitableLock = {
  mustHold(at, verb) {
    const word = load(words, at);
    if (word === BROKEN) throw brokenError(verb);
    if (!isMine(word)) throw notOwned(verb, word);
    const task = words[at + TASK];
    // Where tasks can't be told apart, that the thread has it must do.
    if (task !== 0 && followsTasks() && !inTask(task)) throw otherTask(verb);
  },
  surrender(at, handOver) {
    const levels = { depth: words[at + DEPTH], task: words[at + TASK] };
    words[at + DEPTH] = words[at + TASK] = 0;
    letGoAndWake(at, handOver);
    return levels;
  },
  wake: wakeLater,
  kind: (blocking) => (blocking ? BLOCKING : AWAITING),
  restore(at, { depth, task }) {
    words[at + DEPTH] = depth;
    words[at + TASK] = task;
  },
  forfeit: ({ task }) => endTask(task),
  breakOwned: (at, ident) => breakOwned(at, BLOCKING, ident),
};

function notOwned(verb: string, word: number): RuntimeError {
  const fact =
    word === FREE
      ? "nobody holds the lock. Acquire it first, and release it once for each acquire."
      : `thread ${holderOf(word)} holds the lock. Leave that to the thread that acquired it.`;
  return new RuntimeError("LOCK_NOT_OWNED", `cannot ${verb}: ${fact}`);
}

function otherTask(verb: string): RuntimeError {
  return new RuntimeError(
    "LOCK_NOT_OWNED",
    `cannot ${verb}: another async task of this thread holds the lock. Leave that to the task that acquired it.`,
  );
}

const TASK_HOLDS =
  "another async task of this thread holds it, and can't go on while the thread blocks. Await acquireAsync() or withAsync() instead.";
const THREAD_HOLDS =
  "this thread holds it by acquire(), so this task may be the one that it would wait for. Use acquireAsync() or withAsync() for sections that await.";

function deadlock(fact: string): RuntimeError {
  return new RuntimeError("WOULD_DEADLOCK", `cannot acquire the lock: ${fact}`);
}

/** Why blocking without a limit is refused: a task of this thread, not the calling one, has the lock. */
export function blockingError(): RuntimeError {
  return followsTasks() ? deadlock(TASK_HOLDS) : unknownTask();
}

function unknownTask(): RuntimeError {
  return new RuntimeError(
    "TASK_UNKNOWN",
    "cannot acquire the lock: an async task of this thread holds it, and this runtime can't tell whether it is the caller. Use a Lock, or don't nest sections.",
  );
}

export function describeRLock(at: number): string {
  const word = load(words, at);
  if (word === FREE) return "RLock { free }";
  if (word === BROKEN) return "RLock { broken }";
  const owner = `${words[at + TASK] === 0 ? "" : "a task of "}thread ${holderOf(word)}`;
  const waiting = word & CONTENDED ? lineLength(at + QUEUE) : 0;
  return `RLock { held by ${owner}, depth ${words[at + DEPTH] + 1}${waiting > 0 ? `, ${waiting} waiting` : ""} }`;
}
