/** Are we in a test of Jest's? It has modules of its own. */
import { nodeModule, runtime } from "./lazy.ts";

/** That of this file of the package: Jest gives modules one of its own. */
declare const require: NodeJS.Require | undefined;

/** Jest's `require`, in whose cache are all modules of the test, or undefined. */
export function jestRequire(): NodeJS.Require | undefined {
  if (runtime().env.JEST_WORKER_ID === undefined || typeof require !== "function") return undefined;
  const { _cache } = nodeModule() as { _cache?: object };
  return require.cache === _cache ? undefined : require; // in a thread it is Node's own
}
