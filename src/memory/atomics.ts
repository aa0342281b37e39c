/** The only file that names `Atomics`: one seam, so that tests can put a scheduler in its place (`#atomics`). */
export const { load, store, add, sub, and, or, xor, exchange, compareExchange, notify, wait } = Atomics;

type WaitAsync = (
  words: Int32Array,
  index: number,
  expected: number,
) => { async: false; value: "not-equal" | "timed-out" } | { async: true; value: Promise<"ok" | "timed-out"> };

export const waitAsync = (Atomics as unknown as { waitAsync: WaitAsync }).waitAsync;

/** A hint to the processor inside a spin loop; nothing where the runtime has none. */
export const pause: () => void = (Atomics as unknown as { pause?: () => void }).pause ?? (() => {});
