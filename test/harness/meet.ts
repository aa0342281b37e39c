/** Threads of a test that begin a round together: as close as can be on free processors, without spinning on busy ones. */

/** About 200 µs; a thread that has not come by then has no processor. */
const SPINS = 80_000;

/** Waits until `parties` threads have come to `place` of `gates`, whose words are 0 at first. */
export function meet(gates: Int32Array, place: number, parties: number): void {
  if (Atomics.add(gates, place, 1) === parties - 1) Atomics.notify(gates, place);
  for (let spins = 0; ; spins++) {
    const come = Atomics.load(gates, place);
    if (come >= parties) return;
    if (spins > SPINS) Atomics.wait(gates, place, come, 1);
  }
}

/** Milliseconds that `rounds` go on at most: on busy processors threads seldom run at the same time. */
const TIME = 8_000;

/**
 * Rounds of `parties` threads, which begin each one together, until enough calls overlapped, or until the time is up.
 * `gates` has two words for each round and one more.
 */
export function rounds(
  gates: Int32Array,
  me: number,
  parties: number,
  enough: () => boolean,
  begin: () => void,
  round: () => void,
): void {
  const last = gates.length - 1;
  const end = performance.now() + TIME;
  for (let place = 0; place + 1 < last; place += 2) {
    if (me === 0) {
      begin();
      if (enough() || performance.now() > end) Atomics.store(gates, last, 1);
    }
    meet(gates, place, parties);
    if (Atomics.load(gates, last) === 1) return;
    round();
    meet(gates, place + 1, parties);
  }
}
