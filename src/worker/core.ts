/** core.cjs: what every thread loads, the face of it, and how workers start. */
import { beforeCollecting, collects, isCovered } from "../capture/coverage.ts";
import { knownExports, knownParts } from "../capture/library.ts";
import { setTools, tools } from "../capture/tools.ts";
import { loadPart, type Part, setPartLoader } from "../memory/parts.ts";
import * as face from "../public/core.ts";
import { onFirstBoot } from "../threading/carriers.ts";
import { expectLastCall } from "../threading/endings.ts";
import { outgoing, setOutgoing } from "../threading/outgoing.ts";
import { watchWaits } from "../threading/warning.ts";
import { withoutSupervisor } from "../threading/watch.ts";
import { hasCodeCache, offerCodeCache } from "./code-cache.ts";
import { runWorker as work } from "./entry.ts";

type Supervise = typeof import("./supervise.ts");

/** What the parts export, as the build finds it. */
declare const threadkitParts: Readonly<Record<Part, readonly string[]>>;

knownExports(face);
knownParts(threadkitParts);

/** That of core.cjs. In Vitest and Jest it is theirs: Node's own would load a second core.cjs, outside of their context. */
declare const require: (file: string) => unknown;
const inFolder = (file: string) => `./${file}`;

let load: (file: string) => unknown = (file) => require(inFolder(file));
/** How a worker loads other files of the package, in place of `require`. */
export function loadWith(loader: (file: string) => unknown): void {
  load = loader;
}
const supervising = () => load("supervise.cjs") as Supervise;

/** In main, if it can: the first worker that boots finds compiled code. */
export function cacheWith(codeCache: (file: string) => Uint8Array, hasRun: (file: string) => boolean): void {
  onFirstBoot(() => {
    if (hasCodeCache()) return; // the supervisor's are better
    try {
      offerCodeCache((file) => (hasRun(file) ? codeCache(file) : undefined));
    } catch {
      // Without memory for them workers compile, as they would anyway.
    }
  });
}

/** Loads a file as the library does in this thread. */
export const loadFile = (file: string): unknown => load(file);

watchWaits();
withoutSupervisor((realm) => supervising().reap(realm));
setOutgoing(() => load("outgoing.cjs") as never);
setTools(() => load("tools.cjs") as never);
setPartLoader((part) => void load(`${part}.cjs`));

/** Loads the other files at once. */
export function loadAll(): void {
  for (const part of ["data", "pools"] as const) loadPart(part);
  outgoing();
  tools();
  supervising();
}

export * from "../public/core.ts";

if (collects) beforeCollecting(expectLastCall());

export function runWorker(): void {
  if (isCovered) tools().joinCoverage();
  work();
}

export function runSupervisor(codeCache: (file: string) => Uint8Array): void {
  if (isCovered) tools().joinCoverage();
  supervising().supervise(codeCache);
}
