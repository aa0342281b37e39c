/**
 * Lock: mutual exclusion, not reentrant, without an owner: any thread may release it.
 *
 * word            meaning                                  who may leave it, to what
 * FREE            nobody holds it                          anybody → ident
 * ident           held; nobody stands in line              any thread → FREE; a waiter → ident+CONTENDED
 * ident+CONTENDED held; somebody may stand in line         under the guard: release → FREE, or → next ident (gift)
 * BROKEN          its holder was killed                    recover() → FREE
 *
 * The ident of the holder costs nothing and tells the supervisor what a dead thread held.
 *
 * Barging is allowed: a release makes the lock free and wakes the first in line, who takes it with CONTENDED set,
 * since others may stand behind him (Drepper, "Futexes are tricky", mutex 2). Waiting is bounded all the same: who
 * was woken, overtaken, and has waited STARVING_AFTER goes back to the front and is handed the lock by the very
 * next release (as Go's sync.Mutex does after 1 ms).
 */
import { compareExchange, load, store } from "#atomics";
import { BrokenLockError, RuntimeError } from "../errors/errors.ts";
import { cover, words } from "../memory/arena.ts";
import { enter, leave } from "../memory/guard.ts";
import { defineKind, kAt, kInspect } from "../memory/handle.ts";
import { Kind } from "../memory/layout.ts";
import { deadlineOf, type WaitOptions } from "../parking/deadline.ts";
import {
  ASYNC,
  GIFTED,
  GONE,
  N_FLAGS,
  N_IDENT,
  N_REALM,
  NOTIFIED,
  Q_GUARD,
  QUEUE_WORDS,
  STARVING,
} from "../parking/layout.ts";
import { type ParkRequest, parkSync, type Steps, wakeAll } from "../parking/park.ts";
import { parkAsync } from "../parking/park-async.ts";
import { firstWaiting, isEmpty, nextWaiting, settle, wake } from "../parking/queue.ts";
import { mine } from "../parking/realm.ts";
import { defineRobust } from "../parking/robust.ts";
import { spin } from "../parking/spin.ts";
import { type AcquireOptions, acquireAsyncOptions, acquireTimeout, LockableObject } from "./lockable.ts";

const FREE = 0;
const CONTENDED = 1;
const BROKEN = 2;
const IDENT_SHIFT = 2;
/** Offset of the wait queue behind the word. */
const QUEUE = 1;

/** Milliseconds. Each hand-over costs a context switch (~60 µs), so one in 5 ms is lost in the noise. */
export const STARVING_AFTER = 5;

/**
 * A mutual-exclusion lock. Not reentrant; any thread may release it.
 *
 * What happened before `release()` in one thread happens before the `acquire()` that it lets through in another.
 *
 * @example
 * ```ts run
 * import { Lock, SharedInt32, Thread } from "threadkit";
 * const lock = new Lock();
 * const hits = new SharedInt32(0);
 * const threads = [1, 2, 3].map(() => new Thread({ target: () => lock.with(() => { hits.value += 1; }) }).start());
 * for (const t of threads) t.join();
 * console.log(hits.value); // 3
 * ```
 */
export class Lock extends LockableObject {
  readonly #words: Int32Array;
  readonly #at: number;
  #spins = 0;

  constructor() {
    super(Kind.Lock, 1 + QUEUE_WORDS);
    this.#at = this[kAt];
    this.#words = cover(this.#at + QUEUE_WORDS);
  }

  /**
   * Takes the lock, waiting as long as it is held. Blocks; twin: `acquireAsync`.
   * @param options.blocking false: try once
   * @param options.timeout milliseconds to wait at most
   * @returns the lock, for `using`; null when the time was up or, without blocking, the lock was held
   * @throws BrokenLockError (LOCK_BROKEN) if the thread that held it was killed
   * @throws RangeError, TypeError (INVALID_TIMEOUT, INVALID_OPTIONS)
   * @throws BlockingError (BLOCKING_NOT_ALLOWED) where this thread must not block
   */
  acquire(): this;
  acquire(options: AcquireOptions): this | null;
  acquire(options?: AcquireOptions): this | null {
    const limit =
      options === undefined ? Number.POSITIVE_INFINITY : acquireTimeout(options, "acquire the lock");
    if (compareExchange(this.#words, this.#at, FREE, mine) === FREE) return this;
    return this.#acquireSlow(limit);
  }

  /**
   * Takes the lock without blocking the event loop. Twin: `acquire`.
   * @returns the lock; null when the time was up
   * @throws like `acquire`; rejects with `signal.reason` when aborted
   */
  acquireAsync(): Promise<this>;
  acquireAsync(options: WaitOptions): Promise<this | null>;
  async acquireAsync(options?: WaitOptions): Promise<this | null> {
    const { timeout, signal } = acquireAsyncOptions(options, "acquire the lock");
    signal?.throwIfAborted();
    if (compareExchange(this.#words, this.#at, FREE, mine) === FREE) return this;
    return (await parkAsync(acquireSteps(this.#at), timeout, signal)) ? this : null;
  }

  /**
   * Lets the lock go and wakes the first in line. Does not block. Any thread may call it.
   * @throws RuntimeError (LOCK_NOT_HELD) if the lock is free; BrokenLockError (LOCK_BROKEN) if it is broken
   */
  release(): void {
    if (compareExchange(this.#words, this.#at, mine, FREE) !== mine) releaseSlow(this.#at);
  }

  /** True while a thread holds it, and while it is broken. */
  locked(): boolean {
    return load(this.#words, this.#at) !== FREE;
  }

  /** True from the moment its holder was found dead until `recover()`. */
  get broken(): boolean {
    return load(this.#words, this.#at) === BROKEN;
  }

  /**
   * Accepts the state that a dead holder left behind: a broken lock is free again. Repair the data that it guards
   * first.
   * @returns true if it was broken
   */
  recover(): boolean {
    return compareExchange(this.#words, this.#at, BROKEN, FREE) === BROKEN;
  }

  #acquireSlow(limit: number): this | null {
    const words = this.#words;
    const at = this.#at;
    if (limit > 0) {
      const spun = spin(
        () => load(words, at) === FREE && compareExchange(words, at, FREE, mine) === FREE,
        this.#spins,
      );
      this.#spins = spun.budget;
      if (spun.free) return this;
    } else if (load(words, at) !== BROKEN) return null;
    return parkSync(acquireSteps(at), deadlineOf(limit), "acquire the lock", "acquireAsync()") ? this : null;
  }

  /** @internal */
  [kInspect](): string {
    const word = load(this.#words, this.#at);
    if (word === FREE) return "Lock { free }";
    if (word === BROKEN) return "Lock { broken }";
    return `Lock { held by thread ${word >>> IDENT_SHIFT}${word & CONTENDED ? ", contended" : ""} }`;
  }
}

/** The slow path of acquire. True: the caller holds the lock. */
function* acquireSteps(at: number): Steps<boolean> {
  const place: { -readonly [K in keyof ParkRequest]: ParkRequest[K] } = {
    queue: at + QUEUE,
    mustWait: () => markContended(at),
    onLeave: () => unmarkContended(at),
  };
  const since = performance.now();
  let woken = false;
  for (;;) {
    // 1. Take it if it is free. Who was woken cannot know whether others stand in line, and says so in the word.
    const found = compareExchange(words, at, FREE, woken ? mine | CONTENDED : mine);
    if (found === FREE) return true;
    if (found === BROKEN) throw brokenError("acquire");
    // 2. Stand in line.
    const outcome = yield place;
    if (outcome === GONE) {
      if (woken) passOn(at);
      return false;
    }
    // 3. Handed over: the lock is ours already, unless the giver was killed before he wrote it down.
    if (outcome === GIFTED && isMine(at)) return true;
    // 4. Woken: try again, and if overtaken go to the front; after a while ask to be handed it.
    if (outcome === NOTIFIED || outcome === GIFTED) {
      woken = true;
      place.front = true;
      place.starving = performance.now() - since >= STARVING_AFTER;
    }
  }
}

function isMine(at: number): boolean {
  enter(words, at + QUEUE + Q_GUARD);
  const is = load(words, at) >>> IDENT_SHIFT === mine >>> IDENT_SHIFT;
  leave(words, at + QUEUE + Q_GUARD);
  return is;
}

/** Under the guard: is there a holder to wait for? Then its release must come this way. */
function markContended(at: number): boolean {
  for (;;) {
    const word = load(words, at);
    if (word === FREE || word === BROKEN) return false;
    if (word & CONTENDED || compareExchange(words, at, word, word | CONTENDED) === word) return true;
  }
}

/** Under the guard, after a waiter left: the word is as if it had never come. */
function unmarkContended(at: number): void {
  const word = load(words, at);
  if (word & CONTENDED && isEmpty(at + QUEUE)) compareExchange(words, at, word, word & ~CONTENDED);
}

function releaseSlow(at: number): void {
  for (;;) {
    const word = load(words, at);
    if (word === FREE) throw notHeldError();
    if (word === BROKEN) throw brokenError("release");
    if (word & CONTENDED) break;
    if (compareExchange(words, at, word, FREE) === word) return;
  }
  const queue = at + QUEUE;
  const woken: number[] = [];
  enter(words, queue + Q_GUARD);
  const word = load(words, at);
  const held = word !== FREE && word !== BROKEN;
  if (held && !giveAway(at, woken)) compareExchange(words, at, word, FREE);
  leave(words, queue + Q_GUARD);
  for (const node of woken) wake(node);
  if (!held) throw word === FREE ? notHeldError() : brokenError("release");
}

/** How many in line a release looks at: an awaiting crowd must not make each release walk it all. */
const LOOK_AHEAD = 16;

/**
 * Under the guard: settles the first in line. True: it was starving and the word names it now.
 * A promise's event loop may be busy, so behind a promise the first one of each other thread is woken with it,
 * up to the first that blocks. They all try; who is late goes back to its place.
 */
function giveAway(at: number, woken: number[]): boolean {
  const queue = at + QUEUE;
  const realms: number[] = [];
  for (let node = firstWaiting(queue), seen = 0; node !== 0 && seen < LOOK_AHEAD; seen++) {
    const next = nextWaiting(node);
    const flags = words[node + N_FLAGS];
    const gift = (flags & STARVING) !== 0 && woken.length === 0;
    if (!realms.includes(words[node + N_REALM]) && settle(queue, node, gift ? GIFTED : NOTIFIED)) {
      woken.push(node);
      realms.push(words[node + N_REALM]);
      if (gift) {
        store(words, at, (words[node + N_IDENT] << IDENT_SHIFT) | (isEmpty(queue) ? 0 : CONTENDED));
        return true;
      }
      if ((flags & ASYNC) === 0) return false;
    }
    node = next;
  }
  return false;
}

/** A wake-up was not used: the next one gets it, if the lock is free; else the holder's release will see to it. */
function passOn(at: number): void {
  const woken: number[] = [];
  enter(words, at + QUEUE + Q_GUARD);
  if (!isEmpty(at + QUEUE) && !markContended(at) && load(words, at) === FREE) giveAway(at, woken);
  leave(words, at + QUEUE + Q_GUARD);
  for (const node of woken) wake(node);
}

function breakOwned(at: number, ident: number): void {
  if (load(words, at) >>> IDENT_SHIFT !== ident) return;
  wakeAll(at + QUEUE, () => {
    if (load(words, at) >>> IDENT_SHIFT === ident) store(words, at, BROKEN);
  });
}

function brokenError(verb: string): BrokenLockError {
  return new BrokenLockError(
    `cannot ${verb} the lock: the thread that held it died. Check the data that it guards, then call recover().`,
  );
}

function notHeldError(): RuntimeError {
  return new RuntimeError(
    "LOCK_NOT_HELD",
    "cannot release the lock: it is not held. Release it once for each acquire; `using` or with() do so by themselves.",
  );
}

defineKind(Kind.Lock, Lock);
defineRobust(Kind.Lock, { queue: QUEUE, breakOwned, passOn });
