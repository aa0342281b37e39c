/** Pseudo-random numbers from a seed that a failing test prints (mulberry32, by Tommy Ettinger, public domain). */

export function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** SEED of the environment, or a fresh one. Print it. */
export function freshSeed(): number {
  return Number(process.env.SEED) || (Math.random() * 0x7fffffff) | 0;
}
