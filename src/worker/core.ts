/** The library as one file: the public face, and how workers of it start. */
import { knownExports, setSharedPredicate } from "../capture/plan.ts";
import { SharedObject } from "../memory/handle.ts";
import * as face from "../public/index.ts";

knownExports(face);
setSharedPredicate((value) => value instanceof SharedObject);

export * from "../public/index.ts";
export { runWorker } from "./entry.ts";
export { runSupervisor } from "./supervisor-entry.ts";
