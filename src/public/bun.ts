/** The plugin for Bun's bundler, and, where it is preloaded, the lift of the files that Bun runs. */
import { createRequire } from "node:module";
import { type Lifter, liftWhileLoading } from "../plugin/bun-load.ts";
import type { PluginOptions } from "../plugin/options.ts";

export type { PluginOptions };

/** What `Bun.build` takes among its plugins. */
export interface BunPlugin {
  name: string;
  // biome-ignore lint/suspicious/noExplicitAny: Bun's own types are not there without Bun
  setup(build: any): void | Promise<void>;
}

interface All extends Lifter {
  bun(options: PluginOptions): BunPlugin;
}
const load = createRequire(import.meta.url);
let all: All | undefined;
/** Each worker loads this file: the rest is loaded when it is needed. */
const plugins = () => (all ??= load("./all.cjs") as All);

liftWhileLoading(import.meta.url, plugins);

/** Lifts what threads are to run; see docs/bundlers.md. */
export default function threadkit(options: PluginOptions = {}): BunPlugin {
  return { name: "threadkit", setup: (build) => plugins().bun(options).setup(build) };
}
