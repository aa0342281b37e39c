/** The plugin for Bun's bundler. */
import { bun } from "../plugin/bun.ts";
import type { PluginOptions } from "../plugin/options.ts";

export type { PluginOptions };

/** What `Bun.build` takes among its plugins. */
export interface BunPlugin {
  name: string;
  // biome-ignore lint/suspicious/noExplicitAny: Bun's own types are not there without Bun
  setup(build: any): void | Promise<void>;
}

/** Lifts what threads are to run; see docs/bundlers.md. */
export default function threadkit(options: PluginOptions = {}): BunPlugin {
  return bun(options);
}
