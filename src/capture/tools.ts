/**
 * What only tools need is a part of the library, loaded where one is at work: modules that a test runner compiled
 * (Vitest, Jest), coverage, files that Bun or Deno compiled.
 */
import { nodeModule, runtime } from "./lazy.ts";

type Tools = typeof import("./tools/part.ts");

let load: (() => Tools) | undefined;
let loaded: Tools | undefined;

/** How to load it, synchronously: the package's first file says so. */
export function setTools(loader: () => Tools): void {
  load = loader;
}

/** For what is there only if a tool is at work. */
export function tools(): Tools {
  return (loaded ??= load!());
}

/** For what a test runner may have compiled, or not; undefined: there is none. */
export function testRunner(): Tools | undefined {
  return loaded ?? (isVitest() || jestRequire() !== undefined ? tools() : undefined);
}

function isVitest(): boolean {
  return "__vitest_worker__" in globalThis;
}

/** That of this file of the package: Jest gives modules one of its own. */
declare const require: NodeJS.Require | undefined;

/** Jest's `require`, in whose cache are all modules of the test, or undefined. */
export function jestRequire(): NodeJS.Require | undefined {
  if (runtime().env.JEST_WORKER_ID === undefined || typeof require !== "function") return undefined;
  const { _cache } = nodeModule() as { _cache?: object };
  return require.cache === _cache ? undefined : require; // in a thread it is Node's own
}
