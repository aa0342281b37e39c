/** Is coverage collected? Then shipped code has names of its own, and tools/coverage.ts does the rest. */
import { runtime } from "./lazy.ts";

export const isCovered = Boolean(runtime().env.NODE_V8_COVERAGE);

/** Is it collected here, for all threads, when the process ends? */
export const collects = isCovered && runtime().getBuiltinModule("node:worker_threads").isMainThread;

/** What is put behind the name of script number `index`, or of one that is not to count. */
export function scriptSuffix(index?: number): string {
  return isCovered ? `?thread${index === undefined ? "" : `=${index}`}` : "";
}

let wake = (): void => {};
/** What lets sleeping threads hear that they are asked for theirs. */
export function beforeCollecting(body: () => void): void {
  wake = body;
}
export function wakeForCollecting(): void {
  wake();
}
