/**
 * Happens-before by vector clocks (FastTrack, Flanagan & Freund 2009, without its compression: threads are few).
 *
 * A plain access races with another thread's access to the same word if one of the two writes and neither happens
 * before the other. Atomic operations on a word order what came before them in one thread and after in the other;
 * so does a wake-up. Two atomic operations never race.
 */

// Rows of a word's history, each with a time for each thread, 0: none.
/** What the word's atomic writes publish. */
const SYNC = 0;
const PLAIN_READS = 1;
const PLAIN_WRITES = 2;
const ATOMIC_READS = 3;
const ATOMIC_WRITES = 4;
const ROWS = 5;

/** Words that a model touches, at most. */
const MOST_WORDS = 4096;

export class Races {
  readonly #threads: number;
  /** Row after row of all histories; one array, since it is cleared for each schedule. */
  readonly #times: Int32Array;
  /** Number of a word's history + 1, in the order of first use in all schedules. */
  readonly #numbers: Uint16Array;
  #used = 0;
  /** Clock of each thread. */
  readonly #clocks: Int32Array;

  constructor(threads: number, words: number) {
    this.#threads = threads;
    this.#times = new Int32Array(MOST_WORDS * ROWS * threads);
    this.#numbers = new Uint16Array(words);
    this.#clocks = new Int32Array(threads * threads);
    this.reset();
  }

  reset(): void {
    this.#times.fill(0, 0, this.#used * ROWS * this.#threads);
    this.#clocks.fill(0);
    for (let thread = 0; thread < this.#threads; thread++) this.#clocks[thread * (this.#threads + 1)] = 1;
  }

  /** Where a word's history begins. */
  #history(at: number): number {
    let number = this.#numbers[at];
    if (number === 0) {
      if (this.#used === MOST_WORDS) throw new Error("the model touches too many words");
      number = this.#numbers[at] = ++this.#used;
    }
    return (number - 1) * ROWS * this.#threads;
  }

  /** The thread whose access in that row is not ordered before this one, or -1. */
  #unordered(thread: number, history: number, row: number): number {
    const times = history + row * this.#threads;
    const clock = thread * this.#threads;
    for (let other = 0; other < this.#threads; other++)
      if (other !== thread && this.#times[times + other] > this.#clocks[clock + other]) return other;
    return -1;
  }

  #note(thread: number, history: number, row: number): void {
    this.#times[history + row * this.#threads + thread] = this.#clocks[thread * (this.#threads + 1)];
  }

  /** A plain access. Returns the thread that it races with, or -1. */
  plain(thread: number, at: number, writes: boolean): number {
    const history = this.#history(at);
    this.#note(thread, history, writes ? PLAIN_WRITES : PLAIN_READS);
    let race = this.#unordered(thread, history, PLAIN_WRITES);
    if (race < 0) race = this.#unordered(thread, history, ATOMIC_WRITES);
    if (race < 0 && writes) race = this.#unordered(thread, history, PLAIN_READS);
    if (race < 0 && writes) race = this.#unordered(thread, history, ATOMIC_READS);
    return race;
  }

  /** An atomic access. Returns the thread whose plain access it races with, or -1. */
  atomic(thread: number, at: number, reads: boolean, writes: boolean): number {
    const history = this.#history(at);
    const sync = history + SYNC * this.#threads;
    const clock = thread * this.#threads;
    if (reads) {
      join(this.#clocks, clock, this.#times, sync, this.#threads);
      this.#note(thread, history, ATOMIC_READS);
    }
    if (writes) this.#note(thread, history, ATOMIC_WRITES);
    let race = this.#unordered(thread, history, PLAIN_WRITES);
    if (!writes) return race;
    if (race < 0) race = this.#unordered(thread, history, PLAIN_READS);
    // Who reads what a store wrote sees what came before that store, not before the stores that it replaced.
    if (!reads) this.#times.fill(0, sync, sync + this.#threads);
    join(this.#times, sync, this.#clocks, clock, this.#threads);
    this.#clocks[clock + thread]++;
    return race;
  }

  /** What `from` did happens before what `to` does after it was woken. */
  wakes(from: number, to: number): void {
    join(this.#clocks, to * this.#threads, this.#clocks, from * this.#threads, this.#threads);
    this.#clocks[from * (this.#threads + 1)]++;
  }
}

function join(into: Int32Array, at: number, from: Int32Array, other: number, length: number): void {
  for (let i = 0; i < length; i++) if (from[other + i] > into[at + i]) into[at + i] = from[other + i];
}
