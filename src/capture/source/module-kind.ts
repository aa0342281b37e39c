/** Is a file a CommonJS module? Its text decides where it can, then its name, then what the loader did with it. */
import { fileURLToPath } from "node:url";
import { nodeModule } from "../lazy.ts";
import type { Syntax } from "../syntax/scopes.ts";

/** `program`: the text parsed as a module; undefined if it is none. */
export function isCommonJs(url: string, program: Syntax | undefined): boolean {
  if (!program) return true;
  if (program.body.some((s: Syntax) => /^(Import|Export)/.test(s.type) && s.type !== "ImportExpression"))
    return false;
  if (!url.startsWith("file:")) return false;
  if (/\/%5B(eval|stdin)%5D$/.test(url)) return true; // `node -e`; its modules are called `[eval1]`
  const path = fileURLToPath(url);
  if (/\.c[jt]s$/.test(path)) return true;
  if (/\.m[jt]s$/.test(path)) return false;
  return nodeModule().createRequire(url).cache?.[path] !== undefined;
}
