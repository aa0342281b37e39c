/**
 * Heavy dependencies, loaded at the first capture and synchronously: a program that only uses locks pays for none.
 */
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** Another file of the package, in the built library. */
export function beside<T>(file: string): T {
  return require(file) as T;
}

function lazily<T>(load: () => T): () => T {
  let loaded: { value: T } | undefined;
  return () => (loaded ??= { value: load() }).value;
}

/** In the package: the parser as one small file beside this one. */
declare const threadkitParser: string | undefined;
const PARSER = typeof threadkitParser === "string" ? threadkitParser : "acorn";

export const acorn = lazily(() => require(PARSER) as typeof import("acorn"));
export const inspector = lazily(() => require("node:inspector") as typeof import("node:inspector"));
export const nodeModule = lazily(
  () =>
    require("node:module") as typeof import("node:module") & {
      stripTypeScriptTypes?: (code: string) => string;
    },
);
export const util = lazily(
  () =>
    require("node:util") as typeof import("node:util") & {
      getCallSites?: (frames: number, options: { sourceMap: boolean }) => CallSite[];
    },
);
export const fs = lazily(() => require("node:fs") as typeof import("node:fs"));
export const runtime = lazily(() => require("node:process") as typeof import("node:process"));

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
