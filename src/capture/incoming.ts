/** How code and values arrive: what a thread needs before it can run. */
export { decode } from "../transfer/decode.ts";
export { setClassFinder } from "./incoming/classes.ts";
export { importAll } from "./incoming/importing.ts";
export { builder } from "./incoming/rebuild.ts";
