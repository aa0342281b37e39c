/** Keys of what only the library itself may do with a `Future`. */

/** Makes one for a pool's task: not listed as a handle before it crosses. */
export const kMake: unique symbol = Symbol("threadkit.make");
/** Its outcome is there: it is taken in, and those who asked are told. */
export const kComplete: unique symbol = Symbol("threadkit.complete");
/** Takes its outcome in, which is there. */
export const kAbsorb: unique symbol = Symbol("threadkit.absorb");
/** Gives it a block that stays, when it is about to cross. */
export const kPublish: unique symbol = Symbol("threadkit.publish");
