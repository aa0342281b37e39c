/**
 * Heavy dependencies, loaded at the first capture and synchronously: a program that only uses locks pays for none.
 */
import { getBuiltinModule } from "node:process";

function lazily<T>(load: () => T): () => T {
  let loaded: { value: T } | undefined;
  return () => (loaded ??= { value: load() }).value;
}

export const url = lazily(() => getBuiltinModule("node:url"));
const ownRequire = lazily(() => nodeModule().createRequire(import.meta.url));

/** In the package: the parser as one small file beside this one. */
declare const threadkitParser: string | undefined;
const PARSER = typeof threadkitParser === "string" ? threadkitParser : "acorn";

export const acorn = lazily(() => ownRequire()(PARSER) as typeof import("acorn"));
export const inspector = lazily(() => ownRequire()("node:inspector") as typeof import("node:inspector"));
export const nodeModule = lazily(
  () =>
    getBuiltinModule("node:module") as typeof import("node:module") & {
      stripTypeScriptTypes?: (code: string) => string;
    },
);
export const util = lazily(
  () =>
    getBuiltinModule("node:util") as typeof import("node:util") & {
      getCallSites?: (frames: number, options: { sourceMap: boolean }) => CallSite[];
    },
);
export const fs = lazily(() => getBuiltinModule("node:fs"));
export const runtime = lazily(() => getBuiltinModule("node:process"));

interface CallSite {
  readonly scriptName: string;
  readonly scriptId?: string;
}

/** Runs `body` while the process prints no warnings: for features of Node that are experimental in name only. */
export function silently<T>(body: () => T): T {
  const process = runtime();
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return body();
  } finally {
    process.emitWarning = emitWarning;
  }
}

let isQuiet = false;

/** Node warns of the first use of its own loader in a script; `use` is that first use, once. */
export function quietLoaderOnce(use: () => void): void {
  if (isQuiet) return;
  isQuiet = true;
  silently(use);
}
