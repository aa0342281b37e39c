/**
 * Happens-before by vector clocks (FastTrack, Flanagan & Freund 2009, without its compression: threads are few).
 *
 * A plain access races with another thread's access to the same word if one of the two writes and neither happens
 * before the other. Atomic operations on a word order what came before them in one thread and after in the other;
 * so does a wake-up. Two atomic operations never race.
 */
type Clock = Int32Array;

interface History {
  /** What the word's atomic writes publish. */
  readonly sync: Clock;
  /** For each thread the time of its last access of this sort, 0: none. */
  readonly plainReads: Clock;
  readonly plainWrites: Clock;
  readonly atomicReads: Clock;
  readonly atomicWrites: Clock;
}

export class Races {
  readonly #threads: number;
  #clocks: Clock[] = [];
  #words = new Map<number, History>();

  constructor(threads: number) {
    this.#threads = threads;
    this.reset();
  }

  reset(): void {
    this.#words.clear();
    this.#clocks = Array.from({ length: this.#threads }, (_, thread) => {
      const clock = new Int32Array(this.#threads);
      clock[thread] = 1;
      return clock;
    });
  }

  #history(at: number): History {
    let history = this.#words.get(at);
    if (history === undefined) {
      const clock = () => new Int32Array(this.#threads);
      history = {
        sync: clock(),
        plainReads: clock(),
        plainWrites: clock(),
        atomicReads: clock(),
        atomicWrites: clock(),
      };
      this.#words.set(at, history);
    }
    return history;
  }

  /** The thread whose access is not ordered before this one, or -1. */
  #unordered(thread: number, accesses: Clock): number {
    const seen = this.#clocks[thread];
    for (let other = 0; other < this.#threads; other++)
      if (other !== thread && accesses[other] > seen[other]) return other;
    return -1;
  }

  /** A plain access. Returns the thread that it races with, or -1. */
  plain(thread: number, at: number, writes: boolean): number {
    const history = this.#history(at);
    (writes ? history.plainWrites : history.plainReads)[thread] = this.#clocks[thread][thread];
    const others = [history.plainWrites, history.atomicWrites];
    if (writes) others.push(history.plainReads, history.atomicReads);
    return Math.max(...others.map((accesses) => this.#unordered(thread, accesses)));
  }

  /** An atomic access. Returns the thread whose plain access it races with, or -1. */
  atomic(thread: number, at: number, reads: boolean, writes: boolean): number {
    const history = this.#history(at);
    const clock = this.#clocks[thread];
    if (reads) join(clock, history.sync);
    if (reads) history.atomicReads[thread] = clock[thread];
    if (writes) history.atomicWrites[thread] = clock[thread];
    let race = this.#unordered(thread, history.plainWrites);
    if (writes) race = Math.max(race, this.#unordered(thread, history.plainReads));
    if (writes) {
      if (reads) join(history.sync, clock);
      else history.sync.set(clock);
      clock[thread]++;
    }
    return race;
  }

  /** What `from` did happens before what `to` does after it was woken. */
  wakes(from: number, to: number): void {
    join(this.#clocks[to], this.#clocks[from]);
    this.#clocks[from][from]++;
  }
}

function join(into: Clock, from: Clock): void {
  for (let i = 0; i < into.length; i++) if (from[i] > into[i]) into[i] = from[i];
}
