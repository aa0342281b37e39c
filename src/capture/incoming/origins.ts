/** From a class of errors to the module that exports it, and back, so that errors keep their class when they cross. */
import type { OriginFinder } from "../../transfer/error-classes.ts";
import { url } from "../lazy.ts";
import { classNamed, idOfClass } from "../lifted.ts";
import type { ExportOrigin } from "../tools/tables.ts";
import { testRunner } from "../tools.ts";
import { importOrigin, isReadable } from "./classes.ts";
import { importOf } from "./importing.ts";
import { requireOf } from "./loaders.ts";
import { exportName } from "./module-parts.ts";

export const origins: OriginFinder = {
  /** A class that shipped code did not name, but a module that it imported exports. */
  originOf(cls) {
    const id = typeof cls === "function" ? idOfClass(cls) : undefined;
    if (id !== undefined) return `lifted\n${id}`;
    const found = importOf(cls) ?? testRunner()?.compiledExport(cls) ?? requiredExport(cls);
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
      const isThere = require.cache[require.resolve(specifier)] !== undefined || isReadable(file, specifier);
      return isThere ? require(specifier)[name] : undefined;
    } catch {
      return undefined;
    }
  },
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
