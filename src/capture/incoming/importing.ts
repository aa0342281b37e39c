/** Modules that shipped code imports, imported from where it stood, before it is built. */
import type { ImportReference, Reference } from "../../transfer/boundary.ts";
import { rememberOrigin } from "../../transfer/error-classes.ts";
import { nodeModule } from "../lazy.ts";
import { tools } from "../tools.ts";
import { classHere, findClasses, importOrigin } from "./classes.ts";
import { importerOf, prepareImports, requireOf } from "./loaders.ts";
import type { Namespace } from "./module-parts.ts";
import { moduleHost } from "./module-variables.ts";
import { requiredSlice } from "./require-slice.ts";

const namespaces = new Map<string, Namespace>();

const keyOf = ({ file, specifier, attributes, modules }: ImportReference) =>
  `${file}\n${specifier}\n${attributes ? JSON.stringify(attributes) : ""}\n${modules ?? ""}`;

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
    reference.type === "import" && !namespaces.has(keyOf(reference)) && valueHere(reference) === undefined
  );
}

/** What this thread has without an import: a class of its own, or what Vite has evaluated here. */
function valueHere(reference: ImportReference): unknown {
  const { modules, specifier, name } = reference;
  const fromVite = () => (modules === undefined ? undefined : tools().viteValue(specifier, name));
  return classHere(reference) ?? fromVite();
}

async function load(missing: readonly ImportReference[]): Promise<void> {
  await prepareImports();
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

/** What an imported name stands for. */
export function imported(reference: ImportReference): unknown {
  const here = valueHere(reference);
  if (here !== undefined) return here;
  const namespace = namespaceOf(reference);
  if (reference.name === "*") return namespace;
  const value = namespace[reference.name];
  if (typeof value === "function") rememberOrigin(importOrigin(reference), value);
  return value;
}

/** By which import this thread has got a value. */
export function importOf(value: unknown): ImportReference | undefined {
  for (const [key, namespace] of namespaces) {
    const [file, specifier] = key.split("\n");
    for (const name of Object.keys(namespace))
      if (namespace[name] === value) return { type: "import", file, specifier, name };
  }
  return undefined;
}
