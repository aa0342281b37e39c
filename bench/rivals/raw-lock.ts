/**
 * What one would write by hand: the three-state lock of Drepper, "Futexes are tricky" (mutex 2), on one word.
 * No timeout, no line, no awaiting, no owner, no death notice: the floor that a lock with all of these is held to.
 *
 * 0 free · 1 held, nobody waits · 2 held, somebody may wait
 */
export function lock(words: Int32Array, at: number): void {
  let found = Atomics.compareExchange(words, at, 0, 1);
  if (found === 0) return;
  if (found !== 2) found = Atomics.exchange(words, at, 2);
  while (found !== 0) {
    Atomics.wait(words, at, 2);
    found = Atomics.exchange(words, at, 2);
  }
}

export function unlock(words: Int32Array, at: number): void {
  if (Atomics.sub(words, at, 1) !== 1) {
    Atomics.store(words, at, 0);
    Atomics.notify(words, at, 1);
  }
}
