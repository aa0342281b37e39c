/** The library as it is loaded: the public face, and how workers of it start. */
import { beside } from "../capture/lazy.ts";
import { knownExports } from "../capture/library.ts";
import * as face from "../public/index.ts";
import { setOutgoing } from "../threading/outgoing.ts";

knownExports(face);
setOutgoing(() => beside("./outgoing.cjs"));

export * from "../public/index.ts";
export { runWorker } from "./entry.ts";
export { runSupervisor } from "./supervisor-entry.ts";
