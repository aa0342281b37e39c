/**
 * In the place of src/host/browser-scope.ts in the copies of the library's files that tests look into words by. They run
 * nothing, and must not look up MessageChannel: a worker where that was done runs no second thread.
 */
export const scope = globalThis;
export const Channel = undefined;
export const close = undefined;
