/** Classes that this thread has from modules of its own, by the reference that others know them under. */
import { readsModules } from "#host";
import { isSharedClass } from "../../memory/classes.ts";
import type { ImportReference, Reference } from "../../transfer/boundary.ts";
import { url } from "../lazy.ts";
import { requireOf } from "./loaders.ts";

/** Where an imported class comes from, for errors on their way back: see transfer/error-classes. */
export function importOrigin({ file, specifier, name }: ImportReference): string {
  return `import\n${file}\n${specifier}\n${name}`;
}

/** Those that cross by reference. */
const classes = new Map<string, WeakRef<object>>();
export function noteClass(reference: Reference, cls: object): void {
  if (reference.type === "import") classes.set(importOrigin(reference), new WeakRef(cls));
}

/** Calls `noteClass` for classes of this thread that it may not know yet. */
let find = () => {};
export function setClassFinder(finder: () => void): void {
  find = finder;
}
export function findClasses(): void {
  find();
}

/** One of them, without an import: what comes back to a thread that blocks all the time must find its class. */
export function classHere(reference: ImportReference): unknown {
  const known = classes.get(importOrigin(reference))?.deref();
  const { file, specifier, name } = reference;
  if (known !== undefined || file !== specifier || !isReadable(file, file)) return known;
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

/** Is it one of them, and does `require` give the very module? */
export function isReadable(file: string, specifier: string): boolean {
  return shipped.has(`${file}\n${specifier}`) && readsModules();
}
