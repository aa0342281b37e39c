/** What a pool runs: a function of the user's, before it is packed. */
export type Task = (...args: readonly unknown[]) => unknown;

const AsyncFunction = (async () => {}).constructor as FunctionConstructor;

/** Was it declared async? Then it returns a promise, whatever its code does. */
export function isAsyncFunction(fn: Task): boolean {
  return fn instanceof AsyncFunction;
}
