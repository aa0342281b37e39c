/** The plugin for esbuild. */
import type { Plugin } from "esbuild";
import { esbuild } from "../plugin/esbuild.ts";
import type { PluginOptions } from "../plugin/options.ts";

export type { PluginOptions };

/** Lifts what threads are to run; see docs/bundlers.md. */
export default function threadkit(options: PluginOptions = {}): Plugin {
  return esbuild(options);
}
