/**
 * The machine: shared words, model threads, a clock. It runs whichever thread it is told to for one step, which is
 * the atomic operation that the thread stands before, and its code up to the next one.
 *
 * A thread is   and leaves that state
 * READY         by a step
 * BLOCKED       in a wait: by a notify of its word or, if the wait is timed, whenever the explorer says so
 * PAUSED        in a spin loop: when another thread writes the word that it looked at last
 * DONE          never
 */
import { Races } from "./races.ts";

/** What the arena asks for at first. */
const BYTES = 2 * 1024 * 1024;

export const READY = 0;
export const BLOCKED = 1;
export const PAUSED = 2;
export const DONE = 3;

type Routine = Generator<unknown, unknown, unknown>;

/** A generator of the sources. Its requests are kept apart from steps of the scheduler. */
class Steps {
  readonly routine: Routine;
  constructor(routine: Routine) {
    this.routine = routine;
  }
}
class Park {
  readonly request: unknown;
  constructor(request: unknown) {
    this.request = request;
  }
}

export interface ThreadState {
  routine: Routine;
  status: number;
  /** The operation that it stands before. */
  operation: string;
  at: number;
  first: number | undefined;
  second: number | undefined;
  /** Word that a PAUSED thread looked at last. */
  watched: number;
  /** The clock at which a timed wait ends. */
  deadline: number;
  woken: "ok" | "timed-out";
  /** Fingerprint of all that it has seen: with the words it determines what it will do. */
  seen1: number;
  seen2: number;
  result: unknown;
}

function newState(thread: number, routine: Routine): ThreadState {
  return {
    routine,
    status: READY,
    operation: "",
    at: 0,
    first: undefined,
    second: undefined,
    watched: 0,
    deadline: Number.POSITIVE_INFINITY,
    woken: "ok",
    seen1: thread,
    seen2: ~thread,
    result: undefined,
  };
}

export interface Race {
  readonly at: number;
  readonly access: string;
  readonly thread: number;
  /** Whose access to the word is not ordered with it. */
  readonly other: number;
}

/** Something that a model must not do, with the thread that did it. */
export class Failure extends Error {}

const WRITES = new Set("store add sub and or xor exchange compareExchange".split(" "));

export class Machine {
  readonly words: Int32Array;
  readonly threads: ThreadState[] = [];
  /** Milliseconds of the model. They pass when a timed wait ends, or by `tick`. */
  clock = 0;
  current = -1;
  /** Threads that touched a word, one bit each: there is no reason to switch before one that nobody else uses. */
  readonly touched: Uint8Array;
  sharingGrew = false;
  /** Words that may be read while others write them; see `excuse`. */
  readonly excused = new Set<number>();
  onStep: ((thread: number, state: ThreadState, result: unknown) => void) | undefined;

  // What transformed code uses, by short names.
  v: unknown;
  result: unknown;
  readonly globals: Record<string, unknown>;

  readonly #races: Races;
  readonly #base: Int32Array;
  readonly #dirty: number[] = [];
  readonly #isDirty: Uint8Array;
  /** Stands for a thread while none runs: setup and checks. */
  readonly #outside = newState(-1, (function* () {})());
  #memory1 = 0;
  #memory2 = 0;
  race: Race | undefined;

  constructor(threads: number) {
    const buffer = new SharedArrayBuffer(BYTES);
    this.words = new Int32Array(buffer);
    this.#base = new Int32Array(this.words.length);
    this.touched = new Uint8Array(this.words.length);
    this.#isDirty = new Uint8Array(this.words.length);
    this.#races = new Races(threads, this.words.length);
    const unsupported = (name: string) => () => {
      throw new Failure(`the model has no ${name}`);
    };
    this.globals = {
      performance: { now: () => (this.#see(this.clock), this.clock) },
      SharedArrayBuffer: function give(): SharedArrayBuffer {
        return buffer;
      },
      FinalizationRegistry: class {
        register(): void {}
        unregister(): void {}
      },
      WeakRef: class {
        readonly #object: unknown;
        constructor(object: unknown) {
          this.#object = object;
        }
        deref(): unknown {
          return this.#object;
        }
      },
    };
    for (const name of ["setTimeout", "clearTimeout", "queueMicrotask", "Atomics"])
      this.globals[name] = unsupported(name);
  }

  /** The present words are where every schedule starts. */
  keepAsBase(): void {
    this.#base.set(this.words);
    this.#clean();
  }

  #clean(): void {
    for (const at of this.#dirty) this.#isDirty[at] = 0;
    this.#dirty.length = 0;
    this.#memory1 = this.#memory2 = 0;
  }

  /** A word at the start of the schedule. */
  before(at: number): number {
    return this.#base[at];
  }

  reset(): void {
    for (const at of this.#dirty) this.words[at] = this.#base[at];
    this.#clean();
    this.#races.reset();
    this.race = undefined;
    this.clock = 0;
    this.current = -1;
    this.threads.length = 0;
  }

  /** Adds a thread and runs it up to its first operation. */
  start(body: () => unknown): void {
    const machine = this;
    const routine = (function* (): Routine {
      const value = body();
      return machine.g(value) ? yield* value as Routine : value;
    })();
    const thread = this.threads.length;
    this.threads.push(newState(thread, routine));
    this.step(thread, false);
  }

  /** One step of a thread; `timeout`: its timed wait ends by the clock. */
  step(thread: number, timeout: boolean): void {
    const state = this.threads[thread];
    if (timeout) {
      this.clock = Math.max(this.clock, state.deadline);
      state.woken = "timed-out";
      this.onStep?.(thread, { ...state, operation: "its time is up in", first: undefined }, state.woken);
    }
    state.status = READY;
    this.current = thread;
    try {
      const { done, value } = state.routine.next();
      if (!done) return;
      state.status = DONE;
      state.result = value;
    } finally {
      this.current = -1;
    }
  }

  get #state(): ThreadState {
    return this.current < 0 ? this.#outside : this.threads[this.current];
  }

  // Transformed code.

  g(value: unknown): boolean {
    this.v = value;
    return typeof value === "object" && value !== null && isRoutine(value);
  }

  announce(
    operation: string,
    words?: Int32Array | number,
    at?: number,
    first?: number,
    second?: number,
  ): void {
    const state = this.#state;
    state.operation = operation;
    if (typeof words === "object") {
      state.at = words.byteOffset / 4 + (at as number);
      state.first = first;
      state.second = second;
    } else {
      state.at = 0;
      state.first = words;
      state.second = undefined;
      if (operation === "pause") state.status = PAUSED;
    }
  }

  /** True: it waits now. */
  perform(): boolean {
    const state = this.#state;
    const { operation, at, first, second } = state;
    if (operation === "wait") {
      if (this.current < 0) throw new Failure("a wait outside the threads");
      const blocks = this.words[at] === first;
      this.#access(at, true, false);
      this.#see(blocks ? 1 : 0);
      this.result = "not-equal";
      this.onStep?.(this.current, state, blocks ? "asleep" : this.result);
      if (!blocks) return false;
      state.status = BLOCKED;
      state.deadline = this.clock + (second ?? Number.POSITIVE_INFINITY);
      return true;
    }
    this.result = this.#operate(operation, at, first as number, second as number);
    if (this.current >= 0) this.onStep?.(this.current, state, this.result);
    return false;
  }

  woken(): string {
    const { woken } = this.threads[this.current];
    this.#see(woken === "ok" ? 3 : 4);
    this.threads[this.current].woken = "ok";
    return woken;
  }

  /** An operation in a getter: with the step before it, not by itself. Loads only. */
  glance(operation: string, words: Int32Array, at: number): unknown {
    if (operation !== "load") throw new Failure(`${operation} in a getter`);
    return this.#operate(operation, words.byteOffset / 4 + at, 0, 0);
  }

  immediately(operation: string, words: Int32Array, at = 0, first = 0, second = 0): unknown {
    if (this.current >= 0) throw new Failure(`${operation} in code that is not scheduled`);
    return this.#operate(operation, words.byteOffset / 4 + at, first, second);
  }

  /** Runs code that can't stop: to its end, before the threads start or after they are done. */
  sync(value: unknown): unknown {
    if (!this.g(value)) return value;
    const routine = value as Routine;
    for (;;) {
      const step = routine.next();
      if (step.done) return step.value;
      if (this.current >= 0) throw new Failure(`${this.#state.operation} in code that can't be scheduled`);
    }
  }

  refuse(what: string): never {
    throw new Failure(`the model can't schedule ${what}`);
  }

  steps(routine: Routine): Steps {
    return new Steps(routine);
  }
  inner(steps: Steps): Routine {
    return steps.routine;
  }
  park(request: unknown): Park {
    return new Park(request);
  }
  *next(steps: Steps | Iterator<unknown>, value: unknown): Generator<unknown, IteratorResult<unknown>, unknown> {
    if (!(steps instanceof Steps)) return steps.next(value);
    let step = steps.routine.next(value);
    while (!step.done && !(step.value instanceof Park)) {
      yield step.value;
      step = steps.routine.next(undefined);
    }
    return step.done ? step : { done: false, value: (step.value as Park).request };
  }

  /** An element of any array; words are noted. */
  r(array: Int32Array, at: number): unknown {
    const value = array[at];
    if (array instanceof Int32Array && array.buffer === this.words.buffer) {
      const index = array.byteOffset / 4 + at;
      this.#see(value);
      this.#plain(index, false);
    }
    return value;
  }

  w(array: Int32Array, at: number, value: number): unknown {
    if (!(array instanceof Int32Array) || array.buffer !== this.words.buffer)
      return ((array as unknown[])[at] = value);
    const index = array.byteOffset / 4 + at;
    this.#plain(index, true);
    this.#write(index, value | 0);
    return value;
  }

  fill(array: Int32Array, value: number, from: number, to: number): unknown {
    for (let at = from; at < to; at++) this.w(array, at, value);
    return array;
  }

  #plain(at: number, writes: boolean): void {
    if (this.current < 0) return;
    this.#touch(at);
    const other = this.#races.plain(this.current, at, writes);
    if (other >= 0) this.#raced(at, writes ? "plain write" : "plain read", other);
  }

  #access(at: number, reads: boolean, writes: boolean): void {
    if (this.current < 0) return;
    this.#touch(at);
    if (!writes) this.threads[this.current].watched = at;
    const other = this.#races.atomic(this.current, at, reads, writes);
    if (other >= 0) this.#raced(at, "atomic operation", other);
  }

  #raced(at: number, access: string, other: number): void {
    if (!this.excused.has(at)) this.race ??= { at, access, thread: this.current, other };
  }

  #touch(at: number): void {
    const before = this.touched[at];
    const bit = 1 << this.current;
    if ((before & bit) !== 0) return;
    this.touched[at] = before | bit;
    if (before !== 0) this.sharingGrew = true;
  }

  #operate(operation: string, at: number, first: number, second: number): unknown {
    const before = this.words[at];
    if (operation === "pause" || operation === "step") return void this.#see(6);
    if (operation === "tick") {
      this.clock += first;
      this.#see(5);
      return this.clock;
    }
    if (operation === "notify") return this.#notify(at, first ?? Number.POSITIVE_INFINITY);
    if (operation !== "load" && !WRITES.has(operation)) throw new Failure(`the model has no ${operation}`);
    const writes = operation !== "load" && (operation !== "compareExchange" || before === first);
    this.#access(at, operation !== "store", writes);
    if (operation === "load") return this.#see(before);
    let after = first;
    if (operation === "add") after = before + first;
    else if (operation === "sub") after = before - first;
    else if (operation === "and") after = before & first;
    else if (operation === "or") after = before | first;
    else if (operation === "xor") after = before ^ first;
    else if (operation === "compareExchange") after = before === (first | 0) ? second : before;
    this.#write(at, after | 0);
    this.#see(operation === "store" ? 2 : before);
    return operation === "store" ? first : before;
  }

  #notify(at: number, count: number): number {
    let woken = 0;
    for (const [thread, state] of this.threads.entries()) {
      if (woken === count) break;
      if (state.status !== BLOCKED || state.at !== at) continue;
      state.status = READY;
      state.deadline = Number.POSITIVE_INFINITY;
      this.#races.wakes(this.current, thread);
      woken++;
    }
    return this.#see(woken);
  }

  #write(at: number, value: number): void {
    const before = this.words[at];
    if (this.#isDirty[at] === 0) {
      this.#isDirty[at] = 1;
      this.#dirty.push(at);
    }
    if (before === value) return;
    this.words[at] = value;
    const base = this.#base[at];
    if (before !== base) {
      this.#memory1 = (this.#memory1 - mix(at, before)) | 0;
      this.#memory2 = (this.#memory2 - mix(before ^ 0x5bd1e995, at)) | 0;
    }
    if (value !== base) {
      this.#memory1 = (this.#memory1 + mix(at, value)) | 0;
      this.#memory2 = (this.#memory2 + mix(value ^ 0x5bd1e995, at)) | 0;
    }
    for (const [thread, state] of this.threads.entries())
      if (state.status === PAUSED && state.watched === at && thread !== this.current) state.status = READY;
  }

  #see(value: number): number {
    if (this.current >= 0) {
      const state = this.threads[this.current];
      state.seen1 = mix(state.seen1, value);
      state.seen2 = mix(value ^ 0x2545f491, state.seen2);
    }
    return value;
  }

  /** Can it make a difference what others do before the next step of this thread? */
  mayMatter(thread: number): boolean {
    const { operation, at } = this.threads[thread];
    if (at === 0) return operation === "step" || operation === "tick";
    return (this.touched[at] & (this.touched[at] - 1)) !== 0;
  }

  /** Fingerprint of the whole state, 53 bits. Equal: the same schedules lead to the same ends from here. */
  fingerprint(last: number): number {
    let one = mix(this.#memory1, last);
    let two = mix(this.#memory2, this.clock);
    for (const state of this.threads) {
      one = mix(one, state.seen1 ^ state.status);
      two = mix(state.seen2, two + state.status);
    }
    return (one >>> 0) * 0x200000 + (two >>> 11);
  }
}

function isRoutine(value: object): boolean {
  return (value as { [Symbol.toStringTag]?: string })[Symbol.toStringTag] === "Generator";
}

/** A step of MurmurHash3 (Appleby, public domain) with its finaliser. */
function mix(hash: number, value: number): number {
  let k = Math.imul(value | 0, 0xcc9e2d51);
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  let h = hash ^ k;
  h = (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  return h ^ (h >>> 13);
}
