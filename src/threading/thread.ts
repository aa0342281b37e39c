/** Thread: a function on an OS thread of its own. */
import { load, store } from "#atomics";
import { describe, RuntimeError, typeError } from "../errors/errors.ts";
import type { ResourceLimits } from "../host/host.ts";
import { kindOf, release } from "../memory/allocator.ts";
import { words } from "../memory/arena.ts";
import { adopt, defineKind, isAdopting, kAt, kInspect, SharedObject } from "../memory/handle.ts";
import { Kind } from "../memory/layout.ts";
import { checkOptions, checkTimeout, checkWait, deadlineOf, type WaitOptions } from "../parking/deadline.ts";
import {
  NEW,
  RUNNABLE,
  T_CODE,
  T_EXCEPTION,
  T_FLAGS,
  T_IDENT,
  T_NATIVE,
  T_STATE,
  TERMINATED,
  THREAD_WORDS,
} from "../parking/layout.ts";
import { parkSync } from "../parking/park.ts";
import { parkAsync } from "../parking/park-async.ts";
import { HandOver } from "../parking/spin.ts";
import { takeMoves } from "../transfer/marks.ts";
import { assign, bootAhead } from "./carriers.ts";
import { kFurnish, kPublish, kShape } from "./doors.ts";
import { heedExit, holdForThreads } from "./exit.ts";
import { joinSteps, unstart } from "./join.ts";
import { kill } from "./kill.ts";
import { onCrossing, packCode, unpack } from "./message.ts";
import { automaticName, checkThreadOptions, type ThreadOptions, type ThreadSettings } from "./options.ts";
import { outgoing } from "./outgoing.ts";
import { count, currentBlock, enlist, identify, inheritedFlags, nameOf, setName } from "./registry.ts";
import { DAEMON, STATE_NAMES, type ThreadState } from "./states.ts";
import { noteMade, noteTried } from "./warning.ts";

/**
 * A function on an OS thread of its own.
 *
 * `target` is an ordinary function: it is shipped with the variables, functions and imports that it uses, as they
 * are at `start()`. What happened before `start()` happens before all that the thread does, and that before the
 * return of `join()`.
 *
 * @example
 * ```ts run
 * import { Thread } from "threadkit";
 * const greeting = "hello";
 * const t = new Thread({ target: (who: string) => console.log(greeting, who), args: ["world"] });
 * t.start();
 * t.join();
 * console.log(t.isAlive()); // false
 * ```
 */
export class Thread<A extends readonly unknown[] = readonly unknown[]> extends SharedObject {
  // Without A in their types a Thread<[number]> is a Thread, as it should be in lists.
  #target: ((...args: never) => unknown) | undefined;
  #args: readonly unknown[] | undefined;
  #resourceLimits: ResourceLimits | undefined;
  /** It was made here, not rebuilt from a handle. */
  readonly #made: boolean;
  #exception: { readonly value: unknown } | undefined;
  /** @internal Kind and size of its block. */
  static readonly [kShape]: readonly [Kind, number] = [Kind.Thread, THREAD_WORDS];

  /** @throws TypeError (INVALID_OPTIONS) for a target that is no function, args that are no array and the like */
  constructor(options?: ThreadOptions<A>) {
    const born = !isAdopting();
    const checked: ThreadSettings<A> = born ? checkThreadOptions(options) : {};
    super(...new.target[kShape]);
    this.#made = born;
    if (!born) return;
    this.#target = checked.target;
    this.#args = checked.args;
    this.#resourceLimits = checked.resourceLimits;
    const flags = checked.daemon === undefined ? inheritedFlags() : Number(checked.daemon) * DAEMON;
    words[this[kAt] + T_FLAGS] = flags;
    setName(this[kAt], checked.name || automaticName(checked.target));
    noteMade();
    heedExit();
  }

  /**
   * Starts the thread. Does not block: the thread is `runnable` when it returns.
   * @throws RuntimeError (THREAD_STARTED) the second time
   * @throws CaptureError (CANNOT_CROSS) when the target, an argument or a captured value can't cross; nothing ran
   */
  start(): this {
    const at = this[kAt];
    if (load(words, at + T_STATE) !== NEW) {
      throw new RuntimeError(
        "THREAD_STARTED",
        `cannot start ${this.name}: it was started before. Make a new Thread for each run.`,
      );
    }
    if (this.#made) noteTried(at);
    if (this.#resourceLimits === undefined) bootAhead();
    const { at: message, extras } = this.#code();
    if (words[at + T_IDENT] === 0) identify(at); // a pool's worker has its ident from before
    store(words, at + T_STATE, RUNNABLE);
    enlist(at);
    count(at);
    holdForThreads();
    try {
      assign({ thread: at, message, extras, moves: takeMoves(extras), resourceLimits: this.#resourceLimits });
    } catch (error) {
      unstart(at);
      release(message);
      throw error;
    }
    this.#target = this.#args = undefined;
    return this;
  }

  /** What the thread will run: packed now, or before, if the handle came from another thread. */
  #code(): { at: number; extras: readonly unknown[] } {
    const packed = words[this[kAt] + T_CODE];
    if (this.#made || packed === 0) return this.#pack();
    words[this[kAt] + T_CODE] = 0;
    return { at: packed, extras: [] };
  }

  /** @internal An unstarted thread that crosses takes along what it will run, so that others may start it. */
  static [kPublish](thread: Thread): void {
    const at = thread[kAt];
    if (!thread.#made || load(words, at + T_STATE) !== NEW || words[at + T_CODE] !== 0) return;
    const { at: message, extras } = thread.#pack();
    if (extras.length === 0) words[at + T_CODE] = message;
    else release(message);
  }

  #pack() {
    const code: Record<string, unknown> = { target: this.#target, args: this.#args ?? [] };
    if (this.run !== defaultRun) {
      outgoing().refusePrivateState(this.constructor);
      code.class = this.constructor;
      code.fields = { ...this };
    }
    return packCode(code, "", this);
  }

  /**
   * Waits until the thread has ended. Blocks; twin: `joinAsync`. Never rethrows what ended the thread.
   * @param options.timeout milliseconds to wait at most
   * @returns true once it is terminated, false when the time was up
   * @throws RuntimeError (THREAD_NOT_STARTED, JOIN_SELF); RangeError, TypeError (INVALID_TIMEOUT, INVALID_OPTIONS)
   * @throws BlockingError (BLOCKING_NOT_ALLOWED) where this thread must not block
   */
  join(options?: { timeout?: number }): boolean {
    const timeout = checkTimeout(checkOptions(options, "join").timeout, "join");
    this.#checkJoin();
    if (timeout > 0 && ends.spin(() => !this.isAlive())) return true;
    return parkSync(joinSteps(this[kAt]), deadlineOf(timeout), "join", "joinAsync()");
  }

  /**
   * Resolves when the thread has ended. Never blocks; twin: `join`.
   * @param options.timeout milliseconds to wait at most; `signal` ends the wait when it aborts
   * @returns true once it is terminated, false when the time was up
   * @throws like `join`; TypeError (INVALID_SIGNAL); rejects with `signal.reason` when aborted
   */
  async joinAsync(options?: WaitOptions): Promise<boolean> {
    const { timeout, signal } = checkWait(options, "join");
    this.#checkJoin();
    return parkAsync(joinSteps(this[kAt]), timeout, signal);
  }

  #checkJoin(): void {
    if (load(words, this[kAt] + T_STATE) === NEW) {
      throw new RuntimeError(
        "THREAD_NOT_STARTED",
        `cannot join ${this.name}: it was not started. Call start() first.`,
      );
    }
    if (this[kAt] === currentBlock()) {
      throw new RuntimeError(
        "JOIN_SELF",
        `cannot join ${this.name}: it is the calling thread, which would wait for itself. Join it from another thread.`,
      );
    }
  }

  /** What the thread runs: calls `target` with `args`. Subclasses may override it. Called directly, it runs in the caller. */
  run(): unknown {
    return this.#target?.(...((this.#args ?? []) as never));
  }

  /** @internal The target of a thread that was rebuilt where it runs. */
  static [kFurnish](
    thread: Thread,
    target: ((...args: readonly unknown[]) => unknown) | undefined,
    args: readonly unknown[],
  ): void {
    thread.#target = target;
    thread.#args = args;
  }

  /**
   * Kills the thread. The last resort: no `finally` block runs, locks that it holds become broken. Any thread may
   * call it. Does not wait: join() tells when it is over. A thread inside a synchronous system call ends after it.
   * @returns false if it is not alive or about to end by itself @throws RuntimeError (MAIN_THREAD) for the main thread
   */
  terminate(): boolean {
    return kill(this[kAt]);
  }

  /** True from `start()` until the thread has ended. */
  isAlive(): boolean {
    const state = load(words, this[kAt] + T_STATE);
    return state !== NEW && state !== TERMINATED;
  }

  /** Where it is in its life: new, runnable, running, blocked or terminated. */
  get state(): ThreadState {
    return STATE_NAMES[load(words, this[kAt] + T_STATE)];
  }
  /** For people: two threads may have the same. */
  get name(): string {
    return nameOf(this[kAt]);
  }
  /** @throws TypeError (INVALID_ARGUMENT) */
  set name(name: string) {
    if (typeof name !== "string") {
      throw typeError(
        "INVALID_ARGUMENT",
        `cannot name the thread: the name is ${describe(name)}. Give a string.`,
      );
    }
    setName(this[kAt], name);
  }
  /** A number above zero that no other thread of the process ever had; undefined before `start()`. */
  get ident(): number | undefined {
    return load(words, this[kAt] + T_IDENT) || undefined;
  }
  /** The OS's thread id, once it runs, where the host can tell it. */
  get nativeId(): number | undefined {
    return load(words, this[kAt] + T_NATIVE) || undefined;
  }

  /** Does the process end without waiting for it? Default: as the thread that made it. */
  get daemon(): boolean {
    return (load(words, this[kAt] + T_FLAGS) & DAEMON) !== 0;
  }
  /** @throws RuntimeError (THREAD_STARTED) after `start()`, TypeError (INVALID_ARGUMENT) */
  set daemon(daemon: boolean) {
    if (typeof daemon !== "boolean") {
      throw typeError(
        "INVALID_ARGUMENT",
        `cannot set daemon: it is ${describe(daemon)}. Give true or false.`,
      );
    }
    if (load(words, this[kAt] + T_STATE) !== NEW) {
      throw new RuntimeError(
        "THREAD_STARTED",
        `cannot set daemon of ${this.name}: it was started. Set it before start().`,
      );
    }
    words[this[kAt] + T_FLAGS] = (words[this[kAt] + T_FLAGS] & ~DAEMON) | (daemon ? DAEMON : 0);
  }
  /** The same as reading `daemon`. */
  isDaemon(): boolean {
    return this.daemon;
  }
  /** The same as setting `daemon`. */
  setDaemon(daemon: boolean): void {
    this.daemon = daemon;
  }

  /** The error that ended the thread, the same object each time; undefined while it lives and after a normal end. */
  get exception(): unknown {
    if (load(words, this[kAt] + T_STATE) !== TERMINATED) return undefined;
    const message = load(words, this[kAt] + T_EXCEPTION);
    if (message === 0) return undefined;
    if (this.#exception === undefined) {
      const value = unpack(message);
      if (value instanceof Error) outgoing().appendCaller(value, `    in exception of ${this.name}`);
      this.#exception = { value };
    }
    return this.#exception.value;
  }

  /** @internal */
  [kInspect](): string {
    const failed = load(words, this[kAt] + T_EXCEPTION) === 0 ? "" : ", failed";
    return `${this.constructor.name} { ${JSON.stringify(this.name)}, ${this.state}${this.daemon ? ", daemon" : ""}${this.ident ? `, ident ${this.ident}` : ""}${failed} }`;
  }
}

const ends = new HandOver();
const defaultRun = Thread.prototype.run;

/** The handle of a thread's block in this realm. */
export function threadAt(at: number): Thread {
  return adopt(kindOf(at), at) as Thread;
}

defineKind(Kind.Thread, Thread);
onCrossing((value) => {
  if (value instanceof Thread) Thread[kPublish](value);
});
