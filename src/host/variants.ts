/**
 * Which of the runtimes with Node's modules this is. They share one build: with a file for each, every worker would
 * have to look up which one it wants.
 */
import { bun } from "./bun.ts";
import { deno } from "./deno.ts";
import type { Variant } from "./variant.ts";

type NodeProcess = NodeJS.Process & {
  readonly permission?: { has(scope: string): boolean };
  readonly features: { readonly inspector?: boolean; readonly require_module?: boolean };
};
const { versions, features, permission, execArgv, env } = process as NodeProcess;

const node: Variant = {
  stopsRunning: true,
  readsParentPort: true,
  hooksPromises: true,
  listsHandles: true,
  inspects: () => features.inspector !== false && permission?.has("inspector") !== false,
  inspectAdvice:
    permission && Number.parseInt(versions.node, 10) >= 24 ? "run node with --allow-inspector" : "",
  compiles: false,
  workerOptions: () => ({}),
  scriptName: (url) => url,
  /** Loaders such as tsx would make a second module of it. */
  readsModules: () =>
    features.require_module === true &&
    !/--import|--loader|--require|-r\b|tsx/.test(`${execArgv.join(" ")} ${env.NODE_OPTIONS ?? ""}`),
};

export const variant: Variant = "bun" in versions ? bun : "deno" in versions ? deno : node;
