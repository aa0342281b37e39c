/** References come to life in a thread: modules imported and required from where the shipped code stood. */
import { dirname } from "node:path";
import { isSharedClass } from "../memory/classes.ts";
import type { ImportReference, Reference } from "../transfer/boundary.ts";
import { rememberOrigin, setOriginFinder } from "../transfer/error-classes.ts";
import { script } from "./compile.ts";
import { nodeModule, runtime, silently, url } from "./lazy.ts";
import { libraryExport } from "./library.ts";
import { classNamed, idOfClass } from "./lifted.ts";

type Namespace = Record<string, unknown>;
type Importer = (specifier: string, options?: { with: Record<string, string> }) => Promise<Namespace>;

const importers = new Map<string, Importer>();
const namespaces = new Map<string, Namespace>();
const requires = new Map<string, NodeJS.Require>();

const keyOf = ({ file, specifier, attributes }: ImportReference) =>
  `${file}\n${specifier}\n${attributes ? JSON.stringify(attributes) : ""}`;

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
  if (!require) requires.set(file, (require = nodeModule().createRequire(baseOf(file))));
  return require;
}

/** Run once before the first import of user code: on Node 20, workers have to set up tsx by themselves. */
let beforeImports: (() => void | Promise<void>) | undefined;
/** What it returned: imports that come while it is under way wait for it, too. */
let ready: void | Promise<void>;

export function setBeforeImports(hook: (() => void | Promise<void>) | undefined): void {
  beforeImports = hook;
}

/**
 * Loads the modules among `references`; undefined if all of them are there, so that a job may begin at once. `now`: the
 * caller can't wait, so slices are required, where the runtime can require modules.
 */
export function importAll(references: readonly Reference[], now = false): Promise<void> | undefined {
  if (now) for (const reference of references) if (isMissing(reference)) requireSlice(reference);
  const missing = references.filter(isMissing);
  if (missing.length === 0) return undefined;
  if (missing.some(({ file, specifier }) => file === specifier)) findClasses();
  const needed = missing.filter(isMissing);
  return needed.length > 0 ? load(needed) : undefined;
}

/** A slice has no `file`. One that awaits something at its top can't be required. */
function requireSlice(reference: ImportReference): void {
  const { file, specifier } = reference;
  const { require_module: canRequire } = runtime().features as { require_module?: boolean };
  if (file !== "" || !specifier.startsWith("file:") || !canRequire) return;
  try {
    const path = specifier.includes("?") ? `threadkit-slice:${specifier}` : url().fileURLToPath(specifier);
    namespaces.set(
      keyOf(reference),
      silently(() => requireOf(import.meta.url)(path)),
    );
  } catch {
    // It is imported, and there when the caller comes again.
  }
}

function isMissing(reference: Reference): reference is ImportReference {
  return (
    reference.type === "import" && !namespaces.has(keyOf(reference)) && classHere(reference) === undefined
  );
}

/** Calls `noteClass` for classes of this thread that it may not know yet. */
let findClasses = () => {};
export function setClassFinder(find: () => void): void {
  findClasses = find;
}

async function load(missing: readonly ImportReference[]): Promise<void> {
  const hook = beforeImports;
  beforeImports = undefined;
  if (hook !== undefined) ready = hook();
  await ready;
  await Promise.all(
    missing.map(async (reference) => {
      const { file, specifier, attributes } = reference;
      const options = attributes && { with: attributes };
      namespaces.set(keyOf(reference), await importerOf(file)(specifier, options));
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
      const cls = classHere(reference);
      if (cls !== undefined) return cls;
      const namespace = namespaceOf(reference);
      if (reference.name === "*") return namespace;
      const value = namespace[reference.name];
      if (typeof value === "function") rememberOrigin(importOrigin(reference), value);
      return value;
    }
    case "require": {
      const exports = lookThrough(requireOf(reference.file)(reference.specifier), reference.interop);
      return reference.name === undefined ? exports : exports[reference.name];
    }
    case "cjs":
      return moduleVariable(reference.file, reference.name);
    case "library":
      return libraryExport(reference.name);
    case "global":
      // biome-ignore lint/suspicious/noExplicitAny: a path through whatever the globals hold
      return reference.path.reduce<any>((object, key) => object[key], globalThis);
  }
}

/** What compilers' helpers make of a required module. */
// biome-ignore lint/suspicious/noExplicitAny: any module
function lookThrough(exports: any, interop: "esbuild" | "node" | "default" | undefined): any {
  if (interop === undefined || (interop !== "node" && exports?.__esModule)) return exports;
  if (interop === "default") return { default: exports };
  const namespace = Object.create(exports == null ? null : Object.getPrototypeOf(exports));
  for (const key of Object.getOwnPropertyNames(exports ?? {})) {
    if (key !== "default")
      Object.defineProperty(namespace, key, { get: () => exports[key], enumerable: true });
  }
  return Object.defineProperty(namespace, "default", { value: exports, enumerable: true });
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
  if (known !== undefined || file !== specifier || !isShipped(file, file) || !requiresLoaded()) return known;
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

/** Does `require` give the very module that was imported? Loaders such as tsx would make a second one of it. */
function requiresLoaded(): boolean {
  const { execArgv, env, features } = runtime();
  return (
    (features as { require_module?: boolean }).require_module === true &&
    !/--import|--loader|--require|-r\b|tsx/.test(`${execArgv.join(" ")} ${env.NODE_OPTIONS ?? ""}`)
  );
}

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
    return undefined;
  },
  classOf(origin) {
    const [kind, file, specifier, name] = origin.split("\n");
    if (kind === "lifted") return classNamed(file);
    if (kind !== "import") return undefined;
    try {
      const require = requireOf(file);
      const isThere =
        require.cache[require.resolve(specifier)] !== undefined ||
        (requiresLoaded() && isShipped(file, specifier));
      return isThere ? require(specifier)[name] : undefined;
    } catch {
      return undefined;
    }
  },
});

const modules = new Map<string, { exports: object }>();

function moduleVariable(file: string, name: string): unknown {
  const path = file.startsWith("file:") ? url().fileURLToPath(file) : file;
  switch (name) {
    case "require":
      return requireOf(file);
    case "import()":
      return importerOf(file);
    case "__filename":
      return path;
    case "__dirname":
      return dirname(path);
    case "import.meta":
      return metaOf(file, path);
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

function metaOf(file: string, path: string): object {
  return {
    dirname: dirname(path),
    filename: path,
    main: false,
    url: file,
    resolve(specifier: string): string {
      if (nodeModule().isBuiltin(specifier))
        return specifier.startsWith("node:") ? specifier : `node:${specifier}`;
      if (/^(\.{0,2}\/|[a-z][\w+.-]+:)/i.test(specifier)) return new URL(specifier, file).href;
      return url().pathToFileURL(requireOf(file).resolve(specifier)).href;
    },
  };
}
