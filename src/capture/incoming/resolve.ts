/** References come to life in a thread. */
import type { Reference } from "../../transfer/boundary.ts";
import { setOriginFinder } from "../../transfer/error-classes.ts";
import { libraryExport } from "../library.ts";
import { imported } from "./importing.ts";
import { moduleVariable, required } from "./module-variables.ts";
import { origins } from "./origins.ts";

setOriginFinder(origins);

export function resolve(reference: Reference): unknown {
  switch (reference.type) {
    case "import":
      return imported(reference);
    case "require":
      return required(reference);
    case "cjs":
      return moduleVariable(reference);
    case "library":
      return libraryExport(reference.name);
    case "global":
      // biome-ignore lint/suspicious/noExplicitAny: a path through whatever the globals hold
      return reference.path.reduce<any>((object, key) => object[key], globalThis);
  }
}
