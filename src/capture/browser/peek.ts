/** In the place of peek.ts: nothing is peeked at. */
export const MISSING: unique symbol = Symbol("threadkit.missing");
