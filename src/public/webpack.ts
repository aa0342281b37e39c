/** The plugin for webpack. */
import type { WebpackPluginInstance } from "webpack";
import type { PluginOptions } from "../plugin/options.ts";
import { WebpackPlugin } from "../plugin/webpack.ts";

export type { PluginOptions };

/** Lifts what threads are to run; see docs/bundlers.md. */
export default function threadkit(options: PluginOptions = {}): WebpackPluginInstance {
  return new WebpackPlugin(options) as unknown as WebpackPluginInstance;
}
