/**
 * What only tools need is a part of the library, loaded where one is at work: modules that a test runner compiled
 * (Vitest, Jest), coverage, files that Bun or Deno compiled.
 */
import { jestRequire } from "./jest-require.ts";

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
