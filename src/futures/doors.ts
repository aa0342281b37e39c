/** Keys of what only the library itself may do with a `Future` or an executor. */

/** Makes one for a pool's task: not listed as a handle before it crosses. */
export const kMake: unique symbol = Symbol("threadkit.make");
/** Its outcome is there: it is taken in, and those who asked are told. */
export const kComplete: unique symbol = Symbol("threadkit.complete");
/** Takes its outcome in, which is there. */
export const kAbsorb: unique symbol = Symbol("threadkit.absorb");
/** Gives it a block that stays, when it is about to cross. */
export const kPublish: unique symbol = Symbol("threadkit.publish");
/** Has a watcher told when it is done, and has it forgotten: it was told by another. */
export const kWatch: unique symbol = Symbol("threadkit.watch");
export const kUnwatch: unique symbol = Symbol("threadkit.unwatch");
/** Its state by number. */
export const kState: unique symbol = Symbol("threadkit.state");
/** Was its outcome taken in? Then it may have no block any more. */
export const kTaken: unique symbol = Symbol("threadkit.taken");
/** Its result, or what `result()` throws. */
export const kValue: unique symbol = Symbol("threadkit.value");
/** Waits until it is done and takes its outcome in: blocking, and awaiting. */
export const kWait: unique symbol = Symbol("threadkit.wait");
export const kWaitAsync: unique symbol = Symbol("threadkit.waitAsync");
/** What `then` does. */
export const kThen: unique symbol = Symbol("threadkit.then");
/** Has a function called when it is done. */
export const kTell: unique symbol = Symbol("threadkit.tell");
/** Of an executor: has one task of a `map` run. */
export const kSubmitChunk: unique symbol = Symbol("threadkit.submitChunk");
