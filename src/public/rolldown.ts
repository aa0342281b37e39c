/** The plugin for Rolldown. */
import type { Plugin } from "rolldown";
import type { PluginOptions } from "../plugin/options.ts";
import { rolldown } from "../plugin/rolldown.ts";

export type { PluginOptions };

/** Lifts what threads are to run; see docs/bundlers.md. */
export default function threadkit(options: PluginOptions = {}): Plugin {
  return rolldown(options) as Plugin;
}
