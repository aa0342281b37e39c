/** In the place of resolve.ts: slices are imported, globals and the library's own are looked up. */
import type { ImportReference, Reference } from "../../transfer/boundary.ts";
import { setOriginFinder } from "../../transfer/error-classes.ts";
import { libraryExport } from "../library.ts";
import { classNamed, idOfClass } from "../lifted.ts";

type Namespace = Record<string, unknown>;

const namespaces = new Map<string, Namespace>();

/** Loads the modules among `references`; undefined if all of them are there, so that a job may begin at once. */
export function importAll(references: readonly Reference[]): Promise<void> | undefined {
  const missing = references.filter(
    (reference) => reference.type === "import" && !namespaces.has(reference.specifier),
  ) as ImportReference[];
  return missing.length === 0 ? undefined : load(new Set(missing.map(({ specifier }) => specifier)));
}

async function load(missing: ReadonlySet<string>): Promise<void> {
  await Promise.all(
    [...missing].map(async (specifier) => {
      namespaces.set(
        specifier,
        (await import(/* @vite-ignore */ /* webpackIgnore: true */ specifier)) as Namespace,
      );
    }),
  );
}

/** The namespace of a module that `importAll` has loaded. */
export function namespaceOf({ specifier }: ImportReference): Namespace {
  const namespace = namespaces.get(specifier);
  if (namespace) return namespace;
  throw new Error(`internal: ${specifier} was not imported before decoding`);
}

export function resolve(reference: Reference): unknown {
  switch (reference.type) {
    case "import": {
      const namespace = namespaceOf(reference);
      return reference.name === "*" ? namespace : namespace[reference.name];
    }
    case "library":
      return libraryExport(reference.name);
    case "global":
      // biome-ignore lint/suspicious/noExplicitAny: a path through whatever the globals hold
      return reference.path.reduce<any>((object, key) => object[key], globalThis);
    default:
      throw new Error(`internal: a reference of type ${reference.type} in a browser`);
  }
}

/** What an importer of classes would note on runtimes that import modules by their own names. */
export const noteClass = (): void => {};
export const noteShipped = (): void => {};
export const setClassFinder = (): void => {};
export const setBeforeImports = (): void => {};
export const setBeforeRequires = (): void => {};
export const importOrigin = ({ specifier, name }: ImportReference): string => `import\n${specifier}\n${name}`;

/** Classes of errors are known by the name that a build tool gave them. */
setOriginFinder({
  originOf(cls) {
    const id = typeof cls === "function" ? idOfClass(cls) : undefined;
    return id === undefined ? undefined : `lifted\n${id}`;
  },
  classOf(origin) {
    const [kind, id] = origin.split("\n");
    return kind === "lifted" ? classNamed(id) : undefined;
  },
});
