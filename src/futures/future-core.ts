/** What a future's handle knows and does beneath its face: it waits, takes its outcome in, and tells who asked. */
import { allocate, onDispose, release, retain } from "../memory/allocator.ts";
import { words } from "../memory/arena.ts";
import { isAdopting, kAt, listHandle, moveTo, SharedObject } from "../memory/handle.ts";
import { Kind } from "../memory/layout.ts";
import { checkOptions, checkTimeout, checkWait, type Signal, type WaitOptions } from "../parking/deadline.ts";
import { hasJustTurned, parkAsync } from "../parking/park-async.ts";
import { drop, pack } from "../shared/cell.ts";
import { onCrossing, packThrown } from "../threading/message.ts";
import { outgoing } from "../threading/outgoing.ts";
import {
  kAbsorb,
  kComplete,
  kMake,
  kPublish,
  kState,
  kTaken,
  kTell,
  kThen,
  kUnwatch,
  kValue,
  kWait,
  kWaitAsync,
  kWatch,
} from "./doors.ts";
import { helper } from "./help.ts";
import { preparation, valueOf } from "./outcome.ts";
import { hasLedger, isOnlyOne, isOwned, letGo, ownerListens, place, remove } from "./owner.ts";
import { added, type Reactions, react, signalOf, type Watcher, without } from "./reactions.ts";
import { cancel, forgetTask, settle } from "./settle.ts";
import { comesAtOnce, doneSteps, timeoutError, waitFor } from "./waiting.ts";
import {
  CANCELLED,
  F_OWNER,
  F_VALUE,
  FAILED,
  FINISHED,
  FUTURE_WORDS,
  isFinal,
  stateIn,
  wordOf,
} from "./words.ts";

let pooled = false;

// Flags of a handle.
/** It is in the ledger: it has crossed, or stands for a block of its own. */
const LISTED = 1;
/** `kComplete` will be called. */
const SUBSCRIBED = 2;

/**
 * The base of `Future`. A pool's future is not listed as a handle before it crosses, and lets go of its block as soon as
 * it has taken the outcome in: a task then costs neither a finalizer nor shared memory for longer than it is on its way.
 */
export abstract class FutureCore extends SharedObject {
  /** Final state once the outcome was taken in, else 0. */
  #state = 0;
  #value: unknown;
  /** LISTED, SUBSCRIBED. */
  #flags: number;
  #reactions: Reactions;

  constructor() {
    const listed = !pooled || isAdopting();
    super(Kind.Future, FUTURE_WORDS, listed);
    this.#flags = listed ? LISTED : 0;
  }

  /** For a pool's task. */
  static [kMake]<F extends FutureCore>(this: new () => F): F {
    pooled = true;
    try {
      const future = new this();
      place(future);
      return future;
    } finally {
      pooled = false;
    }
  }

  /** State by number. */
  get [kState](): number {
    return this.#state === 0 ? stateIn(wordOf(this[kAt])) : this.#state;
  }

  /** Was the outcome taken in? `kAt` may then be 0. */
  get [kTaken](): boolean {
    return this.#state !== 0;
  }

  /** The result, or what `result()` throws, once it was taken in. */
  get [kValue](): unknown {
    return this.#value;
  }

  [kWait](options: { timeout?: number } | undefined, what: string, twin: string): void {
    const timeout = checkTimeout(
      options === undefined ? undefined : checkOptions(options, what).timeout,
      what,
    );
    if (this.#state !== 0) return;
    const at = this[kAt];
    if (!isFinal(at) && !(timeout > 0 && waitFor(at, timeout, what, twin))) throw timeoutError(what);
    this[kAbsorb]();
    if ((this.#state as number) === FAILED && this.#value instanceof Error)
      outgoing().appendCaller(this.#value, "    in result() of a future");
  }

  async [kWaitAsync](options: WaitOptions | undefined, what: string): Promise<void> {
    const { timeout, signal } = checkWait(options, what);
    signal?.throwIfAborted();
    if (this.#state !== 0) return;
    const at = this[kAt];
    if (timeout === Number.POSITIVE_INFINITY && signal === undefined && isOwned(this, at))
      return new Promise((resolve) => this[kTell](resolve));
    retain(at); // another wait may take the outcome in meanwhile
    try {
      helper.later(at);
      if (!isFinal(at) && !(timeout > 0 && (await parkAsync(doneSteps(at), timeout, signal))))
        throw timeoutError(what);
      await preparation(at);
    } finally {
      release(at);
    }
    this[kAbsorb]();
  }

  [kThen](onFulfilled: unknown, onRejected: unknown): Promise<never> {
    if (this.#isHere()) {
      const there = this.#state === FINISHED ? Promise.resolve(this.#value) : Promise.reject(this.#value);
      return there.then(onFulfilled as never, onRejected as never) as Promise<never>;
    }
    // The promise alone, not a second one in front of it: `await` drops what this returns.
    return new Promise((resolve, reject) => {
      this.#reactions = added(this.#reactions, { onFulfilled, onRejected, resolve, reject } as never);
      this.#subscribe();
    });
  }

  /** Has a function called on this event loop when it is done. */
  [kTell](told: () => void): void {
    this.#reactions = added(this.#reactions, told);
    this.#subscribe();
  }

  /** Has `kComplete` called, soon if it is done. */
  #subscribe(signal?: Signal): void {
    if (this.#flags & SUBSCRIBED) return;
    this.#flags |= SUBSCRIBED;
    if (this.#state !== 0) {
      queueMicrotask(() => this[kComplete]());
      return;
    }
    const at = this[kAt];
    helper.later(at);
    if (isOwned(this, at)) {
      // In a microtask, when `for (…) pool.submit(…).then(…)` has submitted the rest.
      if (isOnlyOne() && hasJustTurned()) queueMicrotask(() => this.#lookOut(at));
      else if (!ownerListens(at)) queueMicrotask(() => this[kComplete]());
    } else {
      parkAsync(doneSteps(at), Number.POSITIVE_INFINITY, signal).then(
        () => this[kComplete](),
        () => this.#leftLine(signal),
      );
    }
  }

  /** One task at a time, awaited: a hot worker is done with it in less time than it takes to be told. */
  #lookOut(at: number): void {
    const isDone = this.#state !== 0 || (isOnlyOne() && comesAtOnce(at));
    if (isDone || !ownerListens(at)) this[kComplete]();
  }

  /** Whoever had it told cares no more: but others may, who found it subscribed. */
  #leftLine(signal: Signal | undefined): void {
    this.#flags &= ~SUBSCRIBED;
    if (signal?.aborted && this.#reactions !== undefined) this.#subscribe(signalOf(this.#reactions));
  }

  [kWatch](watcher: Watcher): void {
    this.#reactions = added(this.#reactions, watcher);
    this.#subscribe(watcher.signal);
  }

  [kUnwatch](watcher: Watcher): void {
    this.#reactions = without(this.#reactions, watcher);
  }

  [kComplete](): void {
    const loading = this.#state === 0 ? preparation(this[kAt]) : undefined;
    if (loading === undefined) this.#tell();
    else
      loading.then(
        () => this[kComplete](),
        (error) => this.#tell({ error }),
      );
  }

  /** Takes its outcome in, and tells all who asked. `unreadable`: why that can't be. */
  #tell(unreadable?: { readonly error: unknown }): void {
    this.#flags &= ~SUBSCRIBED;
    this.#absorbOrFail(unreadable);
    const reactions = this.#reactions;
    this.#reactions = undefined;
    react(reactions, this.#state, this.#value);
  }

  /** To those who await it, that it can't be read here is its outcome. */
  #absorbOrFail(unreadable?: { readonly error: unknown }): void {
    try {
      if (unreadable !== undefined) throw unreadable.error;
      this[kAbsorb]();
    } catch (error) {
      if (this.#state === 0) this.#takeIn(FAILED, error);
    }
  }

  [kAbsorb](): void {
    if (this.#state !== 0) return;
    const value = valueOf(this[kAt]);
    this.#takeIn(stateIn(wordOf(this[kAt])), value);
  }

  /** From here on the handle has the outcome, and needs its block no more. */
  #takeIn(state: number, value: unknown): void {
    const at = this[kAt];
    this.#value = value;
    this.#state = state;
    remove(this, at);
    // The word that comes will not find it any more.
    if (this.#flags & SUBSCRIBED) queueMicrotask(() => this[kComplete]());
    if (this.#flags & LISTED) return;
    moveTo(this, 0);
    letGo(at);
    release(at);
  }

  /** It is about to cross: it gets a block that stays, with its outcome if it has one. */
  static [kPublish](future: FutureCore): void {
    if (future.#flags & LISTED) return;
    future.#flags |= LISTED;
    if (future.#state !== 0) future.#reopen();
    hasLedger(future[kAt]);
    listHandle(future);
  }

  /** A block with the outcome that it has. */
  #reopen(): void {
    moveTo(this, allocate(Kind.Future, FUTURE_WORDS));
    const at = this[kAt];
    if (this.#state === CANCELLED) cancel(at);
    else if (this.#state === FINISHED) settle(at, FINISHED, pack(this.#value, "the result", this));
    else settle(at, FAILED, packThrown(this.#value));
  }

  /** Its outcome is taken in, or was there and is now. */
  #isHere(): boolean {
    if (this.#state !== 0) return true;
    const at = this[kAt];
    if (!isFinal(at) || preparation(at) !== undefined) return false;
    this.#absorbOrFail();
    return true;
  }
}

onDispose(Kind.Future, (at) => {
  const cell = words[at + F_VALUE];
  if (cell !== 0) drop(cell);
  forgetTask(at);
  const owner = words[at + F_OWNER];
  if (owner !== 0) release(owner);
});
onCrossing((value) => {
  if (value instanceof FutureCore) FutureCore[kPublish](value);
});
