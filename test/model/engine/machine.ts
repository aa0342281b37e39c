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
import { Memory, mix } from "./memory.ts";
import { Races } from "./races.ts";

export const READY = 0;
export const BLOCKED = 1;
export const PAUSED = 2;
export const DONE = 3;

/** A thread's code. It stops before each operation. */
export type Routine = Generator<unknown, unknown, unknown>;

export interface ThreadState {
  readonly routine: Routine;
  status: number;
  /** The operation that it stands before: its name, its word (0: none) and its values. */
  operation: string;
  at: number;
  first: number | undefined;
  second: number | undefined;
  /** Word that it looked at last: what a PAUSED thread waits for. */
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

/** Something that the model can't do. */
export class Failure extends Error {}

// What a thread sees besides values: where it is also tells states apart.
const SAW_NOTHING = 6;
const SAW_SLEEP = 1;
const SAW_WAKE = 3;
const SAW_TIME = 4;

export class Machine {
  readonly memory = new Memory();
  readonly threads: ThreadState[] = [];
  /** Milliseconds of the model. They pass when a timed wait ends, or by `tick`. */
  clock = 0;
  /** The thread that runs now, -1: none, so this is setup or a check. */
  current = -1;
  /** Threads that touched a word, one bit each: there is no reason to switch before one that nobody else uses. */
  readonly touched = new Uint8Array(this.memory.words.length);
  /** A word was found to be shared. Reset by who acts on it. */
  sharingGrew = false;
  /** Words that are read while others write them, on purpose. */
  readonly excused = new Set<number>();
  /** The first race of the schedule. */
  race: Race | undefined;
  onStep: ((thread: number, state: ThreadState, result: unknown) => void) | undefined;
  readonly #races: Races;
  /** Stands for a thread while none runs. */
  readonly #outside = newState(-1, (function* () {})());

  constructor(threads: number) {
    this.#races = new Races(threads, this.memory.words.length);
  }

  get state(): ThreadState {
    return this.current < 0 ? this.#outside : this.threads[this.current];
  }

  reset(): void {
    this.memory.reset();
    this.#races.reset();
    this.race = undefined;
    this.clock = 0;
    this.current = -1;
    this.threads.length = 0;
  }

  /** Adds a thread and runs it up to its first operation. */
  start(routine: Routine): void {
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
      this.onStep?.(
        thread,
        { ...state, operation: "its time is up in", first: undefined, second: undefined },
        undefined,
      );
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

  /** The present thread goes to sleep on a word, if the word still is what it expects. */
  sleep(): boolean {
    const { state, current } = this;
    if (current < 0) throw new Failure("a wait outside the threads");
    const { at, first, second } = state;
    this.#access(at, true, false);
    const sleeps = this.memory.words[at] === first;
    this.see(sleeps ? SAW_SLEEP : SAW_NOTHING);
    this.onStep?.(current, state, sleeps ? "asleep" : "not-equal");
    if (!sleeps) return false;
    state.status = BLOCKED;
    state.deadline = this.clock + (second ?? Number.POSITIVE_INFINITY);
    return true;
  }

  /** How its sleep ended. */
  wokenBy(): string {
    const { state } = this;
    const { woken } = state;
    this.see(woken === "ok" ? SAW_WAKE : SAW_TIME);
    state.woken = "ok";
    return woken;
  }

  operate(operation: string, at: number, first: number, second: number): unknown {
    switch (operation) {
      case "pause":
      case "step":
        return void this.see(SAW_NOTHING);
      case "tick":
        this.clock += first;
        return void this.see(SAW_TIME);
      case "notify":
        return this.see(this.#notify(at, first ?? Number.POSITIVE_INFINITY));
      case "load":
        this.#access(at, true, false);
        return this.see(this.memory.words[at]);
      case "store":
        this.#access(at, false, true);
        this.#write(at, first | 0);
        this.see(SAW_NOTHING);
        return first;
    }
    const before = this.memory.words[at];
    const after = changed(operation, before, first, second);
    this.#access(at, true, operation !== "compareExchange" || before === (first | 0));
    this.#write(at, after | 0);
    return this.see(before);
  }

  plainRead(at: number): void {
    this.see(this.memory.words[at]);
    this.#plain(at, false);
  }

  plainWrite(at: number, value: number): void {
    this.#plain(at, true);
    this.#write(at, value | 0);
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
    if (!writes) this.state.watched = at;
    const other = this.#races.atomic(this.current, at, reads, writes);
    if (other >= 0) this.#raced(at, "atomic operation", other);
  }

  #raced(at: number, access: string, other: number): void {
    if (!this.excused.has(at)) this.race ??= { at, access, thread: this.current, other };
  }

  #touch(at: number): void {
    if (this.current < 0) return;
    const before = this.touched[at];
    const bit = 1 << this.current;
    if ((before & bit) !== 0) return;
    this.touched[at] = before | bit;
    if (before !== 0) this.sharingGrew = true;
  }

  #notify(at: number, count: number): number {
    this.#touch(at);
    let woken = 0;
    for (const [thread, state] of this.threads.entries()) {
      if (woken === count) break;
      if (state.status !== BLOCKED || state.at !== at) continue;
      state.status = READY;
      this.#races.wakes(this.current, thread);
      woken++;
    }
    return woken;
  }

  #write(at: number, value: number): void {
    if (!this.memory.write(at, value)) return;
    for (const [thread, state] of this.threads.entries())
      if (state.status === PAUSED && state.watched === at && thread !== this.current) state.status = READY;
  }

  see(value: number): number {
    if (this.current < 0) return value;
    const { state } = this;
    state.seen1 = mix(state.seen1, value);
    state.seen2 = mix(value ^ 0x2545f491, state.seen2);
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
    let one = mix(this.memory.sum1, last);
    let two = mix(this.memory.sum2, this.clock);
    for (const state of this.threads) {
      one = mix(one, state.seen1 ^ state.status);
      two = mix(state.seen2, two + state.status);
    }
    return (one >>> 0) * 0x200000 + (two >>> 11);
  }
}

/** What an operation makes of a word. */
function changed(operation: string, before: number, first: number, second: number): number {
  switch (operation) {
    case "add":
      return before + first;
    case "sub":
      return before - first;
    case "and":
      return before & first;
    case "or":
      return before | first;
    case "xor":
      return before ^ first;
    case "exchange":
      return first;
    case "compareExchange":
      return before === (first | 0) ? second : before;
  }
  throw new Failure(`the model has no ${operation}`);
}
