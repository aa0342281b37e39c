/** Node's own `import()` and `require` of a file, for a thread that needs what code of that file would get by them. */

import { jestRequire } from "../jest-require.ts";
import { nodeModule, runtime, url } from "../lazy.ts";
import { script } from "./compile.ts";
import type { Namespace } from "./module-parts.ts";

type NodeModule = typeof import("node:module");
type Importer = (specifier: string, options?: { with: Record<string, string> }) => Promise<Namespace>;

const importers = new Map<string, Importer>();
const requires = new Map<string, NodeJS.Require>();

/** What relative specifiers in `file` are relative to: code from `node -e` stands nowhere. */
function baseOf(file: string): string {
  return file.startsWith("file:") ? file : url().pathToFileURL(`${runtime().cwd()}/[code]`).href;
}

export function importerOf(file: string): Importer {
  let importer = importers.get(file);
  if (!importer) {
    importer = script("(specifier, options) => import(specifier, options)", baseOf(file), 0, 0) as Importer;
    importers.set(file, importer);
  }
  return importer;
}

export function requireOf(file: string): NodeJS.Require {
  let require = requires.get(file);
  prepareRequire();
  if (!require) {
    const { createRequire } = (jestRequire()?.("module") as NodeModule | undefined) ?? nodeModule();
    requires.set(file, (require = createRequire(baseOf(file))));
  }
  return require;
}

/** Run once before the first import of user code: on Node 20, workers have to set up tsx by themselves. */
let beforeImports: (() => void | Promise<void>) | undefined;
/** What it returned: imports that come while it is under way wait for it, too. */
let ready: void | Promise<void>;

export function setBeforeImports(hook: () => void | Promise<void>): void {
  beforeImports = hook;
}

/** The same for `require`. */
let beforeRequires: (() => void) | undefined;

export function setBeforeRequires(hook: () => void): void {
  beforeRequires = hook;
}

export async function prepareImports(): Promise<void> {
  prepareRequire(); // modules that are imported may require others
  const hook = beforeImports;
  beforeImports = undefined;
  if (hook !== undefined) ready = hook();
  await ready;
}

function prepareRequire(): void {
  const hook = beforeRequires;
  beforeRequires = undefined;
  hook?.();
}
