/** core.cjs: what every thread loads, the face of it, and how workers start. */
import { knownExports, knownParts } from "../capture/library.ts";
import { loadPart, type Part, setPartLoader } from "../memory/parts.ts";
import * as face from "../public/core.ts";
import { onFirstBoot } from "../threading/carriers.ts";
import { outgoing, setOutgoing } from "../threading/outgoing.ts";
import { reap } from "../threading/reaper.ts";
import { watchWaits } from "../threading/warning.ts";
import { withoutSupervisor } from "../threading/watch.ts";
import { offerCodeCache, offerFullCodeCache } from "./code-cache.ts";
import { runSupervisor as supervise } from "./supervisor-entry.ts";

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
/** In main, if it can: the first worker that boots finds compiled code. */
export function cacheWith(codeCache: (file: string) => Uint8Array, hasRun: (file: string) => boolean): void {
  onFirstBoot(() => offerCodeCache((file) => (hasRun(file) ? codeCache(file) : undefined)));
}
watchWaits();
withoutSupervisor(reap);
setOutgoing(() => load("outgoing.cjs") as never);
setPartLoader((part) => void load(`${part}.cjs`));

/** Loads the other files at once. */
export function loadAll(): void {
  for (const part of ["data", "pools"] as const) loadPart(part);
  outgoing();
}

export * from "../public/core.ts";
export { runWorker } from "./entry.ts";

export function runSupervisor(codeCache: (file: string) => Uint8Array): void {
  supervise(() => offerFullCodeCache(codeCache));
}
