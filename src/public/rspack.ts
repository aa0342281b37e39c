/** The plugin for Rspack. */
import type { RspackPluginInstance } from "@rspack/core";
import type { PluginOptions } from "../plugin/options.ts";
import { WebpackPlugin } from "../plugin/webpack.ts";

export type { PluginOptions };

/** Lifts what threads are to run; see docs/bundlers.md. */
export default function threadkit(options: PluginOptions = {}): RspackPluginInstance {
  return new WebpackPlugin(options) as unknown as RspackPluginInstance;
}
