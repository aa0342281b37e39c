/** What travels for names that a thread can import or require by itself. */
import { isSharedClass } from "../../memory/classes.ts";
import { type Reference, Symbolic } from "../../transfer/boundary.ts";
import { rememberOrigin } from "../../transfer/error-classes.ts";
import { importOrigin, noteClass, noteShipped } from "../incoming/classes.ts";
import { isLibrary } from "../library.ts";
import { crossesByReference, noteImport } from "./shared.ts";
import type { Member, ModuleReference } from "./slot.ts";

/**
 * An imported shared object is sent itself: importing it again in the thread would make another one. So is what
 * this library exports: it is in every thread, and no import delays the start.
 */
function sharedImport(reference: Reference, read: () => unknown): unknown {
  if (reference.type === "require" && reference.name !== undefined) return sharedExport(reference, read);
  if (reference.type !== "import") return undefined;
  noteShipped(reference);
  if (reference.name === "*") return undefined;
  return sharedExport(reference, read);
}

/** The same for `module.name` in compiled code. */
export function sharedMember({ base, name, reference }: Member, read: (name: string) => unknown): unknown {
  return sharedExport({ ...reference, name }, () => (read(base) as Record<string, unknown>)[name]);
}

function sharedExport(reference: ModuleReference, read: () => unknown): unknown {
  try {
    const value = read();
    if (typeof value === "function") {
      if (isLibrary(value)) return value;
      if (isSharedClass(value)) {
        noteImport(value, reference);
        noteClass(reference, value);
        return value;
      }
      if (reference.type === "import") rememberOrigin(importOrigin(reference), value);
      return undefined;
    }
    return typeof value === "object" && value !== null && crossesByReference(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** What travels for a name that every thread can look up; `read` gives its value here, or throws. */
export function importedValue(reference: Reference, read: () => unknown): unknown {
  return sharedImport(reference, read) ?? new Symbolic(reference);
}
