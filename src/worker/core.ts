/** core.cjs: what every thread loads, the face of it, and how workers start. */
import { beside } from "../capture/lazy.ts";
import { knownExports, knownParts } from "../capture/library.ts";
import { type Part, setPartLoader } from "../memory/parts.ts";
import * as face from "../public/core.ts";
import { setOutgoing } from "../threading/outgoing.ts";
import { watchWaits } from "../threading/warning.ts";

/** What the parts export, as the build finds it. */
declare const threadkitParts: Readonly<Record<Part, readonly string[]>>;

knownExports(face);
knownParts(threadkitParts);

let load: (file: string) => unknown = (file) => beside(`./${file}`);
/** How a worker loads other files of the package, in place of `require`. */
export function loadWith(loader: (file: string) => unknown): void {
  load = loader;
}
watchWaits();
setOutgoing(() => load("outgoing.cjs") as never);
setPartLoader((part) => void load(`${part}.cjs`));

export * from "../public/core.ts";
export { runWorker } from "./entry.ts";
export { runSupervisor } from "./supervisor-entry.ts";
