/** Spinning before parking: worth it only when the holder runs on another core right now. */
import { pause } from "#atomics";
import { processors } from "#host";

/** At most about 1 µs. A parked hand-over costs 10–60 µs, a section under contention a few hundred ns. */
const MOST = 64;
/** On one core the holder can't run while we spin. */
const enabled = processors() > 1;

/**
 * Spins while `free` says no, at most `budget` times, and returns the next budget: it follows what paid before
 * (the rule of glibc's adaptive mutex), so a lock with long sections soon stops being spun for.
 */
export function spin(free: () => boolean, budget: number): { free: boolean; budget: number } {
  if (!enabled) return { free: false, budget };
  const limit = Math.min(MOST, budget * 2 + 8);
  for (let i = 0; i < limit; i++) {
    if (free()) return { free: true, budget: budget + (i - budget) / 8 };
    pause();
  }
  return { free: false, budget: budget / 2 };
}

/** Milliseconds. A wake-up of a thread that sleeps on another core takes about as long. */
const HAND_OVER = 0.05;
/** How often in a row spinning may fail before it is given up. */
const PATIENCE = 2;
/** After how many waits it is tried again: each failure in a row doubles it, as what fails is the scheduler's placing. */
const RETRY = 32;
const RETRY_AT_MOST = 2048;

/**
 * Spinning for a hand-over that may be due at once: a job for an idle carrier, the end of a thread. It pays only if the
 * other thread runs on another core (15 µs for a start and join, 130 parked). On the same core it keeps that thread from
 * running (140 µs, 30 parked), and which of the two it is changes with the scheduler's mood: so it goes by what was.
 */
export class HandOver {
  #failures = 0;
  /** Waits until the next try, and how many the next failure costs. */
  #pass = 0;
  #retry = RETRY;
  readonly #limit: number;

  /** @param limit milliseconds to look for at most */
  constructor(limit = HAND_OVER) {
    this.#limit = limit;
  }

  /** Waits for `done`, for as long as a wake-up would take or not at all. */
  spin(done: () => boolean): boolean {
    if (done()) return true;
    if (!enabled) return false;
    if (this.#pass > 0) {
      this.#pass--;
      return false;
    }
    const end = performance.now() + this.#limit;
    do {
      for (let i = 0; i < 16; i++) {
        if (done()) {
          this.#failures = 0;
          this.#retry = RETRY;
          return true;
        }
        pause();
      }
    } while (performance.now() < end);
    if (++this.#failures < PATIENCE) return false;
    this.#pass = this.#retry;
    this.#retry = Math.min(RETRY_AT_MOST, this.#retry * 2);
    return false;
  }
}
