/** The plugin for Vite. */
import type { Plugin } from "vite";
import type { VitePluginOptions } from "../plugin/vite.ts";
import { vite } from "../plugin/vite.ts";

export type { VitePluginOptions as PluginOptions };

/** Lifts what threads are to run; see docs/bundlers.md. */
export default function threadkit(options: VitePluginOptions = {}): Plugin {
  return vite(options) as Plugin;
}
