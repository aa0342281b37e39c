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

/** Milliseconds. A wake-up of a parked thread takes about as long, so spinning at most doubles the wait. */
const HAND_OVER = 0.05;

/** Waits for `done` for as long as a wake-up would take: who is about to be handed something need not park. */
export function spinBriefly(done: () => boolean): boolean {
  if (!enabled) return done();
  const end = performance.now() + HAND_OVER;
  do {
    for (let i = 0; i < 16; i++) {
      if (done()) return true;
      pause();
    }
  } while (performance.now() < end);
  return false;
}
