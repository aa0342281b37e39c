/** All plugins: one file of the package, of which each `threadkit/…` is a face. */
export { bun } from "../plugin/bun.ts";
export { keepLines } from "../plugin/keep-lines.ts";
export { mayLift } from "../plugin/lift.ts";
export { locateThrough, through } from "../plugin/locate.ts";
export { liftSource, splitMap, withMap } from "../plugin/source.ts";
export { webpackLoader } from "../plugin/webpack.ts";
export { default as esbuild } from "./esbuild.ts";
export { default as rolldown } from "./rolldown.ts";
export { default as rollup } from "./rollup.ts";
export { default as rspack } from "./rspack.ts";
export { default as vite } from "./vite.ts";
export { default as webpack } from "./webpack.ts";
