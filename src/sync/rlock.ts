/**
 * RLock: mutual exclusion that lets its owner in again. The owner is a thread, or one async task of a thread.
 *
 * The word and the slow paths are those of mutex.ts. Behind them stand, of the owner only:
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
import { cover, words } from "../memory/arena.ts";
import { defineKind, kAt, kInspect } from "../memory/handle.ts";
import { Kind } from "../memory/layout.ts";
import { deadlineOf, type WaitOptions } from "../parking/deadline.ts";
import { ASYNC } from "../parking/layout.ts";
import { parkSync, type Steps } from "../parking/park.ts";
import { parkAsync } from "../parking/park-async.ts";
import { mine } from "../parking/realm.ts";
import { defineRobust } from "../parking/robust.ts";
import { spin } from "../parking/spin.ts";
import { type AcquireOptions, acquireAsyncOptions, acquireTimeout, LockableObject } from "./lockable.ts";
import {
  acquireSteps,
  BROKEN,
  breakOwned,
  brokenError,
  CONTENDED,
  FREE,
  IDENT_SHIFT,
  isMine,
  letGo,
  MUTEX_WORDS,
  type MutexKind,
  passOn,
  QUEUE,
  type WaitableLock,
  waitersAt,
} from "./mutex.ts";

const DEPTH = MUTEX_WORDS;
const TASK = DEPTH + 1;
const RLOCK_WORDS = TASK + 1;
const GIVEN = -1;

const BLOCKING: MutexKind = {
  give(at, flags) {
    if (flags & ASYNC) words[at + TASK] = GIVEN;
  },
  clear(at) {
    words[at + DEPTH] = words[at + TASK] = 0;
  },
};
const AWAITING: MutexKind = { ...BLOCKING, isGift: (at) => words[at + TASK] === GIVEN };

/**
 * A mutual-exclusion lock that its owner may take again; it is free when released as often.
 *
 * Taken by `acquire` it belongs to the thread; taken by `acquireAsync` or `withAsync`, to the async task that took it.
 * What happened before the last `release()` of an owner happens before the `acquire()` that it lets through.
 *
 * @example
 * ```ts run
 * import { RLock } from "threadkit";
 * const lock = new RLock();
 * const inner = () => lock.with(() => "inside twice");
 * console.log(lock.with(inner)); // inside twice
 * console.log(lock.locked()); // false
 * ```
 */
export class RLock extends LockableObject {
  readonly #words: Int32Array;
  readonly #at: number;
  #spins = 0;

  constructor() {
    super(Kind.RLock, RLOCK_WORDS);
    this.#at = this[kAt];
    this.#words = cover(this.#at + RLOCK_WORDS);
  }

  /**
   * Takes the lock, one level deeper if the caller owns it, else waiting as long as it is held. Blocks; twin:
   * `acquireAsync`.
   * @param options.blocking false: try once
   * @param options.timeout milliseconds to wait at most
   * @returns the lock, for `using`; null when the time was up or, without blocking, another owner held it
   * @throws BrokenLockError (LOCK_BROKEN) if the thread that held it was killed
   * @throws RuntimeError (WOULD_DEADLOCK) without a limit, if another async task of this very thread owns it;
   *   (TASK_UNKNOWN) where the runtime can't tell tasks apart
   * @throws RangeError, TypeError (INVALID_TIMEOUT, INVALID_OPTIONS)
   * @throws BlockingError (BLOCKING_NOT_ALLOWED) where this thread must not block
   */
  acquire(): this;
  acquire(options: AcquireOptions): this | null;
  acquire(options?: AcquireOptions): this | null {
    const limit =
      options === undefined ? Number.POSITIVE_INFINITY : acquireTimeout(options, "acquire the lock");
    const words = this.#words;
    const at = this.#at;
    const found = compareExchange(words, at, FREE, mine);
    if (found === FREE) return this;
    if (!isMine(found) || words[at + TASK] !== 0) return this.#acquireSlow(limit);
    words[at + DEPTH]++;
    return this;
  }

  /**
   * Takes the lock for the async task that awaits the result, one level deeper if the calling task owns it, without
   * blocking the event loop. Twin: `acquire`.
   * @returns the lock; null when the time was up
   * @throws like `acquire`, RuntimeError (WOULD_DEADLOCK) without a limit and a signal if this very thread holds it by
   *   `acquire`; rejects with `signal.reason` when aborted
   */
  acquireAsync(): Promise<this>;
  acquireAsync(options: WaitOptions): Promise<this | null>;
  acquireAsync(options?: WaitOptions): Promise<this | null> {
    return acquireForTask(this.#at, options, this);
  }

  /**
   * Undoes one acquire of the owner; the last one lets the lock go and wakes the first in line. Does not block.
   * @throws RuntimeError (LOCK_NOT_OWNED) if the caller does not own it, also if nobody does
   * @throws BrokenLockError (LOCK_BROKEN) if it is broken
   */
  release(): void {
    const words = this.#words;
    const at = this.#at;
    if ((words[at + DEPTH] | words[at + TASK]) === 0 && compareExchange(words, at, mine, FREE) === mine)
      return;
    releaseSlow(at);
  }

  /** True while a thread or task holds it, and while it is broken. */
  locked(): boolean {
    return load(this.#words, this.#at) !== FREE;
  }

  /** True from the moment its owner was found dead until `recover()`. */
  get broken(): boolean {
    return load(this.#words, this.#at) === BROKEN;
  }

  /**
   * Accepts the state that a dead owner left behind: a broken lock is free again. Repair the data that it guards
   * first.
   * @returns true if it was broken
   */
  recover(): boolean {
    return compareExchange(this.#words, this.#at, BROKEN, FREE) === BROKEN;
  }

  #acquireSlow(limit: number): this | null {
    const words = this.#words;
    const at = this.#at;
    const word = load(words, at);
    // 1. A task of this thread has it. In that task: again. Else its code can't run while we block.
    if (isMine(word)) {
      if (inTask(words[at + TASK])) {
        words[at + DEPTH]++;
        return this;
      }
      if (limit === 0) return null;
      if (limit === Number.POSITIVE_INFINITY) throw followsTasks() ? deadlock(TASK_HOLDS) : unknownTask();
    } else if (limit > 0) {
      // 2. Another thread has it: its section may be over in a moment.
      const spun = spin(
        () => load(words, at) === FREE && compareExchange(words, at, FREE, mine) === FREE,
        this.#spins,
      );
      this.#spins = spun.budget;
      if (spun.free) return this;
    } else if (word !== BROKEN) return null;
    // 3. Stand in line.
    const steps = acquireSteps(at, BLOCKING);
    return parkSync(steps, deadlineOf(limit), "acquire the lock", "acquireAsync()") ? this : null;
  }

  /** @internal */
  [kInspect](): string {
    return describeRLock(this.#at);
  }
}

function describeRLock(at: number): string {
  const word = load(words, at);
  if (word === FREE) return "RLock { free }";
  if (word === BROKEN) return "RLock { broken }";
  const owner = `${words[at + TASK] === 0 ? "" : "a task of "}thread ${word >>> IDENT_SHIFT}`;
  const waiting = word & CONTENDED ? waitersAt(at + QUEUE) : 0;
  return `RLock { held by ${owner}, depth ${words[at + DEPTH] + 1}${waiting > 0 ? `, ${waiting} waiting` : ""} }`;
}

/**
 * acquireAsync of the lock at `at`, whose promise resolves to `result`. Not an async function: the promise that the
 * caller gets must be the very one that its task begins with.
 */
export function acquireForTask<T>(
  at: number,
  options: WaitOptions | undefined,
  result: T,
): Promise<T | null> {
  let wait: ReturnType<typeof acquireAsyncOptions>;
  try {
    wait = acquireAsyncOptions(options, "acquire the lock");
    wait.signal?.throwIfAborted();
    // 1. This thread has it. In the task that has it: again. A section of the whole thread would wait for itself.
    if (isMine(load(words, at))) {
      const owner = words[at + TASK];
      if (inTask(owner)) {
        words[at + DEPTH]++;
        return Promise.resolve(result);
      }
      if (owner !== 0 && !followsTasks()) throw unknownTask();
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

function releaseSlow(at: number): void {
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
  letGo(at, BLOCKING);
  endTask(task);
}

/** A condition over an RLock: exact about the owner, and gives up all of its levels. */
export const rlockOfCondition: WaitableLock = {
  mustHold(at, verb) {
    const word = load(words, at);
    if (word === BROKEN) throw brokenError(verb);
    if (!isMine(word)) throw notOwned(verb, word);
    const task = words[at + TASK];
    if (task !== 0 && !inTask(task)) throw otherTask(verb);
  },
  surrender(at, handOver) {
    const levels = { depth: words[at + DEPTH], task: words[at + TASK] };
    words[at + DEPTH] = words[at + TASK] = 0;
    letGo(at, BLOCKING, handOver);
    return levels;
  },
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
      : `thread ${word >>> IDENT_SHIFT} holds the lock. Leave that to the thread that acquired it.`;
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

function unknownTask(): RuntimeError {
  return new RuntimeError(
    "TASK_UNKNOWN",
    "cannot acquire the lock: an async task of this thread holds it, and this runtime can't tell whether it is the caller. Use a Lock, or don't nest sections.",
  );
}

defineKind(Kind.RLock, RLock);
defineRobust(Kind.RLock, {
  queue: QUEUE,
  breakOwned: (at, ident) => breakOwned(at, BLOCKING, ident),
  passOn: (at) => passOn(at, BLOCKING),
});
