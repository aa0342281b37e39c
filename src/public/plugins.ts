/** All plugins: one file of the package, of which each `threadkit/…` is a face. */
export { default as rolldown } from "./rolldown.ts";
export { default as rollup } from "./rollup.ts";
export { default as vite } from "./vite.ts";
