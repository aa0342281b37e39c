/** Keys of what only the library itself may do with a `Thread`. */

/** Gives the target to a thread that was rebuilt where it runs. */
export const kFurnish: unique symbol = Symbol("threadkit.furnish");
/** Kind and size of the block that its instances stand for. */
export const kShape: unique symbol = Symbol("threadkit.shape");
/** Has an unstarted thread take along what it will run, when its handle crosses. */
export const kPublish: unique symbol = Symbol("threadkit.publish");
