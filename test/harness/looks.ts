/**
 * What another thread does at the worst moment: around a look at a word of shared memory. To be imported before the
 * library is, which takes `Atomics.load` when it is loaded: so `await import` what is under test.
 */
export const looks: { before?: (at: number) => void; after?: (at: number) => void } = {};

const { load } = Atomics;
Atomics.load = ((words: Int32Array, at: number) => {
  looks.before?.(at);
  const found = load(words, at);
  looks.after?.(at);
  return found;
}) as typeof Atomics.load;
