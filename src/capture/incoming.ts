/** How code and values arrive: what a thread needs before it can run. */
export { decode } from "../transfer/decode.ts";
export { builder } from "./incoming/rebuild.ts";
export { importAll, setClassFinder } from "./incoming/resolve.ts";
