/**
 * Which of the runtimes with Node's modules this is, and where it differs. They share one build: a file of its own for
 * each would make every worker look up which one it wants.
 */
import { bun } from "./bun.ts";
import { deno } from "./deno.ts";

export interface Variant {
  /** Is there an inspector that answers within the call? */
  inspects(): boolean;
  readonly inspectAdvice: string;
  /** The text that the runtime made of a file, where that is not the file with its types blanked. */
  compiledText(path: string): string | undefined;
  /** Does `require` give the very module that was imported? */
  readsModules(): boolean;
}

type NodeProcess = NodeJS.Process & {
  readonly permission?: { has(scope: string): boolean };
  readonly features: { readonly inspector?: boolean; readonly require_module?: boolean };
};
const { versions, features, permission, execArgv, env } = process as NodeProcess;

const node: Variant = {
  inspects: () => features.inspector !== false && permission?.has("inspector") !== false,
  inspectAdvice: permission ? "run node with --allow-inspector" : "",
  compiledText: () => undefined,
  /** Loaders such as tsx would make a second module of it. */
  readsModules: () =>
    features.require_module === true &&
    !/--import|--loader|--require|-r\b|tsx/.test(`${execArgv.join(" ")} ${env.NODE_OPTIONS ?? ""}`),
};

export const variant: Variant = "bun" in versions ? bun : "deno" in versions ? deno : node;
