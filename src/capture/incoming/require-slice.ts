/** Slices that are required, since the caller can't wait for an import: where the runtime can require modules. */
import type { ImportReference } from "../../transfer/boundary.ts";
import { runtime, silently, url } from "../lazy.ts";

/**
 * The namespace of a slice, which has no `file`. undefined: it must be imported, as one that awaits at its top, and one of
 * the loader hook, whose mark would be lost.
 */
export function requiredSlice(
  { file, specifier }: ImportReference,
  require: NodeJS.Require,
): Record<string, unknown> | undefined {
  const { require_module: canRequire } = runtime().features as { require_module?: boolean };
  if (file !== "" || !/^file:[^?]*$/.test(specifier) || !canRequire) return undefined;
  try {
    const path = url().fileURLToPath(specifier);
    return silently(() => require(path));
  } catch {
    return undefined; // It is imported, and there when the caller comes again.
  }
}
