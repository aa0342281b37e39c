/** References come to life in a thread: modules imported and required from where the shipped code stood. */
import { dirname } from "node:path";
import { readsModules } from "#host";
import { isSharedClass } from "../../memory/classes.ts";
import type { ImportReference, Reference } from "../../transfer/boundary.ts";
import { rememberOrigin, setOriginFinder } from "../../transfer/error-classes.ts";
import { nodeModule, runtime, url } from "../lazy.ts";
import { libraryExport } from "../library.ts";
import { classNamed, idOfClass } from "../lifted.ts";
import type { ModuleHost } from "../tools/running.ts";
import type { ExportOrigin } from "../tools/tables.ts";
import { jestRequire, testRunner, tools } from "../tools.ts";
import { script } from "./compile.ts";
import { exportName, lookThrough, metaOf, type Namespace } from "./module-parts.ts";
import { requiredSlice } from "./require-slice.ts";

type NodeModule = typeof import("node:module");
type Importer = (specifier: string, options?: { with: Record<string, string> }) => Promise<Namespace>;

const importers = new Map<string, Importer>();
const namespaces = new Map<string, Namespace>();
const requires = new Map<string, NodeJS.Require>();

const keyOf = ({ file, specifier, attributes, modules }: ImportReference) =>
  `${file}\n${specifier}\n${attributes ? JSON.stringify(attributes) : ""}\n${modules ?? ""}`;

/** What relative specifiers in `file` are relative to: code from `node -e` stands nowhere. */
function baseOf(file: string): string {
  return file.startsWith("file:") ? file : url().pathToFileURL(`${runtime().cwd()}/[code]`).href;
}

function importerOf(file: string): Importer {
  let importer = importers.get(file);
  if (!importer) {
    importer = script("(specifier, options) => import(specifier, options)", baseOf(file), 0, 0) as Importer;
    importers.set(file, importer);
  }
  return importer;
}

function requireOf(file: string): NodeJS.Require {
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

export function setBeforeImports(hook: (() => void | Promise<void>) | undefined): void {
  beforeImports = hook;
}

/** The same for `require`. */
let beforeRequires: (() => void) | undefined;

export function setBeforeRequires(hook: () => void): void {
  beforeRequires = hook;
}

function prepareRequire(): void {
  const hook = beforeRequires;
  beforeRequires = undefined;
  hook?.();
}

/**
 * Loads the modules among `references`; undefined if all of them are there, so that a job may begin at once. `now`: the
 * caller can't wait, so slices are required, where the runtime can require modules.
 */
export function importAll(references: readonly Reference[], now = false): Promise<void> | undefined {
  if (now)
    for (const reference of references) {
      const slice = isMissing(reference) ? requiredSlice(reference, requireOf(import.meta.url)) : undefined;
      if (slice !== undefined && reference.type === "import") namespaces.set(keyOf(reference), slice);
    }
  const missing = references.filter(isMissing);
  if (missing.length === 0) return undefined;
  if (missing.some(({ file, specifier }) => file === specifier)) findClasses();
  const needed = missing.filter(isMissing);
  return needed.length > 0 ? load(needed) : undefined;
}

function isMissing(reference: Reference): reference is ImportReference {
  return (
    reference.type === "import" &&
    !namespaces.has(keyOf(reference)) &&
    classHere(reference) === undefined &&
    viteHere(reference) === undefined
  );
}

/** What Vite has evaluated in this thread already, where it is the one that compiled it. */
function viteHere({ modules, specifier, name }: ImportReference): unknown {
  return modules === undefined ? undefined : tools().viteValue(specifier, name);
}

/** Calls `noteClass` for classes of this thread that it may not know yet. */
let findClasses = () => {};
export function setClassFinder(find: () => void): void {
  findClasses = find;
}

async function load(missing: readonly ImportReference[]): Promise<void> {
  prepareRequire(); // modules that are imported may require others
  const hook = beforeImports;
  beforeImports = undefined;
  if (hook !== undefined) ready = hook();
  await ready;
  await Promise.all(
    missing.map(async (reference) => {
      const { file, specifier, attributes, modules } = reference;
      const options = attributes && { with: attributes };
      const loading =
        modules === undefined
          ? importerOf(file)(specifier, options)
          : tools().importCompiled(modules, specifier, moduleHost);
      namespaces.set(keyOf(reference), await loading);
    }),
  );
}

/** The namespace of a module that `importAll` has loaded. */
export function namespaceOf(reference: ImportReference): Namespace {
  const namespace = namespaces.get(keyOf(reference));
  if (namespace) return namespace;
  if (nodeModule().isBuiltin(reference.specifier)) {
    const exports = requireOf(reference.file)(reference.specifier);
    return { ...exports, default: exports };
  }
  throw new Error(`internal: ${reference.specifier} was not imported before decoding`);
}

export function resolve(reference: Reference): unknown {
  switch (reference.type) {
    case "import": {
      const cls = classHere(reference) ?? viteHere(reference);
      if (cls !== undefined) return cls;
      const namespace = namespaceOf(reference);
      if (reference.name === "*") return namespace;
      const value = namespace[reference.name];
      if (typeof value === "function") rememberOrigin(importOrigin(reference), value);
      return value;
    }
    case "require": {
      const { file, specifier, modules } = reference;
      const found =
        modules === undefined || jestRequire()
          ? requireOf(file)(specifier)
          : tools().requireCompiled(modules, specifier, moduleHost);
      const exports = lookThrough(found, reference.interop);
      return reference.name === undefined ? exports : exports[reference.name];
    }
    case "cjs":
      return moduleVariable(reference.file, reference.name, reference.modules);
    case "library":
      return libraryExport(reference.name);
    case "global":
      // biome-ignore lint/suspicious/noExplicitAny: a path through whatever the globals hold
      return reference.path.reduce<any>((object, key) => object[key], globalThis);
  }
}

/** Where an imported class comes from, for errors on their way back: see transfer/error-classes. */
export function importOrigin({ file, specifier, name }: ImportReference): string {
  return `import\n${file}\n${specifier}\n${name}`;
}

/** Classes that cross by reference and that this thread has itself, by the reference that others know them under. */
const classes = new Map<string, WeakRef<object>>();
export function noteClass(reference: Reference, cls: object): void {
  if (reference.type === "import") classes.set(importOrigin(reference), new WeakRef(cls));
}

/** One of them, without an import: what comes back to a thread that blocks all the time must find its class. */
function classHere(reference: ImportReference): unknown {
  const known = classes.get(importOrigin(reference))?.deref();
  const { file, specifier, name } = reference;
  if (known !== undefined || file !== specifier || !isShipped(file, file) || !readsModules()) return known;
  try {
    const found = requireOf(file)(url().fileURLToPath(file))[name];
    return isSharedClass(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

/** Modules that code shipped from here imports, so that they are loaded here too. */
const shipped = new Set<string>();
export function noteShipped({ file, specifier }: ImportReference): void {
  shipped.add(`${file}\n${specifier}`);
  if (!specifier.startsWith(".") || !file.startsWith("file:")) return;
  const { href } = new URL(specifier, file);
  shipped.add(`${href}\n${href}`);
}
const isShipped = (file: string, specifier: string) => shipped.has(`${file}\n${specifier}`);

setOriginFinder({
  /** A class that shipped code did not name, but a module that it imported exports. */
  originOf(cls) {
    const id = typeof cls === "function" ? idOfClass(cls) : undefined;
    if (id !== undefined) return `lifted\n${id}`;
    for (const [key, namespace] of namespaces) {
      const [file, specifier] = key.split("\n");
      for (const name of Object.keys(namespace))
        if (namespace[name] === cls) return importOrigin({ type: "import", file, specifier, name });
    }
    const found = testRunner()?.compiledExport(cls) ?? requiredExport(cls);
    return found && importOrigin({ ...found, type: "import" });
  },
  classOf(origin) {
    const [kind, file, specifier, name] = origin.split("\n");
    if (kind === "lifted") return classNamed(file);
    if (kind !== "import") return undefined;
    const fromVite = testRunner()?.viteValue(specifier, name);
    if (fromVite !== undefined) return fromVite;
    try {
      const require = requireOf(file);
      const isThere =
        require.cache[require.resolve(specifier)] !== undefined ||
        (readsModules() && isShipped(file, specifier));
      return isThere ? require(specifier)[name] : undefined;
    } catch {
      return undefined;
    }
  },
});

/** What modules that a tool compiled get from here. */
const moduleHost: ModuleHost = {
  compile: (text, file, columnOffset) => script(text, file, 0, columnOffset),
  importFrom: (file, specifier) => importerOf(file)(specifier),
  requireFrom: requireOf,
  metaOf: (file) => moduleVariable(file, "vite import.meta") as object,
};

/** Which CommonJS module that is loaded here exports it. */
function requiredExport(value: unknown): ExportOrigin | undefined {
  for (const [path, module] of Object.entries(requireOf("").cache)) {
    const name = module && exportName(module.exports, value);
    if (name !== undefined) {
      return { type: "require", file: url().pathToFileURL(path).href, specifier: path, name };
    }
  }
  return undefined;
}

const modules = new Map<string, { exports: object }>();

function moduleVariable(file: string, name: string, table?: number): unknown {
  const path = file.startsWith("file:") ? url().fileURLToPath(file) : file;
  switch (name) {
    case "require":
      return table === undefined || jestRequire()
        ? requireOf(file)
        : tools().requireIn(table, file, moduleHost);
    case "interop esbuild":
    case "interop default":
      return (exports: unknown) => lookThrough(exports, name.slice(8) as "esbuild" | "default");
    case "vite import()":
      return table === undefined ? importerOf(file) : tools().importerIn(table, file, moduleHost);
    case "__filename":
      return path;
    case "__dirname":
      return dirname(path);
    case "import.meta":
      return metaOf(file, path, requireOf(file));
    case "vite import.meta":
      return { ...metaOf(file, path, requireOf(file)), env: tools().viteEnv() };
    default: {
      let module = modules.get(file);
      if (!module) {
        const fields = {
          id: path,
          filename: path,
          path: dirname(path),
          loaded: true,
          children: [],
          paths: [],
        };
        modules.set(file, (module = { exports: {}, ...fields }));
      }
      return name === "module" ? module : module.exports;
    }
  }
}
