/** In the place of incoming/importing.ts: slices are imported by their addresses. */
import type { ImportReference, Reference } from "../../transfer/boundary.ts";
import type { Namespace } from "../incoming/module-parts.ts";

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

export function imported(reference: ImportReference): unknown {
  const namespace = namespaceOf(reference);
  return reference.name === "*" ? namespace : namespace[reference.name];
}
