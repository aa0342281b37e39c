/** What threading/ uses of capture/. */
export { lifter } from "./plan.ts";
export { builder, importAll } from "./rebuild.ts";
export { tellOriginal } from "./stacks.ts";
