/** core.cjs: what every thread loads, the face of it, and how workers start. */
import { knownExports, knownParts } from "../capture/library.ts";
import { loadPart, type Part, setPartLoader } from "../memory/parts.ts";
import * as face from "../public/core.ts";
import { outgoing, setOutgoing } from "../threading/outgoing.ts";
import { watchWaits } from "../threading/warning.ts";

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
watchWaits();
setOutgoing(() => load("outgoing.cjs") as never);
setPartLoader((part) => void load(`${part}.cjs`));

/** Loads the other files at once. */
export function loadAll(): void {
  for (const part of ["data", "pools"] as const) loadPart(part);
  outgoing();
}

export * from "../public/core.ts";
export { runWorker } from "./entry.ts";
export { runSupervisor } from "./supervisor-entry.ts";
