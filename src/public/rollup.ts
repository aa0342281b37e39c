/** The plugin for Rollup. */
import type { Plugin } from "rollup";
import type { PluginOptions } from "../plugin/options.ts";
import { rollup } from "../plugin/rollup.ts";

export type { PluginOptions };

/** Lifts what threads are to run. Put it behind plugins that make JavaScript of your files; see docs/bundlers.md. */
export default function threadkit(options: PluginOptions = {}): Plugin {
  return rollup(options) as Plugin;
}
