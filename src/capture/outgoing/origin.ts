/** Names that every thread looks up by itself: imports, `require`d modules, a CommonJS module's own variables. */
import type { Reference } from "../../transfer/boundary.ts";
import { withScripts } from "../source/peek.ts";
import type { Source } from "../source/source.ts";
import type { Binding, Syntax } from "../syntax/scopes.ts";
import type { ToolOrigin } from "../tools/tables.ts";
import { testRunner, tools } from "../tools.ts";
import { READING } from "./jest-module.ts";

const COMMON_JS = new Set(["require", "module", "exports", "__filename", "__dirname"]);

/** What compilers wrap around `require("x")`, and how the module looks through it. */
const INTEROP: Record<string, "esbuild" | "default"> = {
  __toESM: "esbuild",
  __importStar: "esbuild",
  _interopRequireWildcard: "esbuild",
  __importDefault: "default",
  _interopRequireDefault: "default",
  _interop_require_wildcard: "esbuild",
  _interop_require_default: "default",
};

/** What Vite's module runner (Vitest) hands to a module in place of syntax. */
const VITE: Record<string, string> = {
  __vite_ssr_import_meta__: "vite import.meta",
  __vite_ssr_dynamic_import__: "vite import()",
};

/** The reference for a captured binding, or undefined if its value must travel. */
export function originOf(binding: Binding, source: Source): Reference | undefined {
  const known = source.references?.get(binding.name);
  if (known && binding.scope.parent === source.root) return known;
  const { imported, declarator, kind } = binding;
  if (kind === "param" && Object.hasOwn(VITE, binding.name)) {
    const modules = testRunner()?.viteModules(source.url);
    return { type: "cjs", file: source.url, name: VITE[binding.name], ...(modules && { modules }) };
  }
  if (kind === "function" && /^_interop/.test(binding.name) && Object.hasOwn(INTEROP, binding.name))
    return { type: "cjs", file: source.url, name: `interop ${INTEROP[binding.name]}` };
  if (imported)
    return { type: "import", file: source.url, ...imported, ...compiled(imported.specifier, source.url) };
  if (!declarator?.init || binding.writes.length > 0 || kind === "param") return undefined;
  const name = destructured(declarator.id, binding.name);
  return name === undefined ? undefined : originOfValue(declarator.init, name, source);
}

/** The reference for a name that the text does not declare. */
export function originOfGlobal(name: string, source: Source): Reference | undefined {
  if (!source.isCommonJs || !COMMON_JS.has(name)) return undefined;
  const modules = name === "require" ? testRunner()?.jestModules(source.url, withScripts) : undefined;
  return { type: "cjs", file: source.url, name, ...(modules && { modules }) };
}

/** `*`: the declarator's whole value; else the property that `{ name: local }` takes of it. */
function destructured(pattern: Syntax, local: string): string | undefined {
  if (pattern.type === "Identifier") return "*";
  if (pattern.type !== "ObjectPattern") return undefined;
  const property = pattern.properties.find(
    (p: Syntax) => p.type === "Property" && p.value.type === "Identifier" && p.value.name === local,
  );
  return property && !property.computed ? (property.key.name ?? String(property.key.value)) : undefined;
}

function originOfValue(init: Syntax, name: string, source: Source): Reference | undefined {
  const file = source.url;
  if (init.type === "AwaitExpression") {
    const origin = importedBy(init.argument);
    return origin && { type: "import", file, ...origin, ...compiled(origin.specifier, file), name };
  }
  if (init.type === "MemberExpression" && name === "*" && !init.computed && requiredBy(init.object, source)) {
    name = init.property.name;
    init = init.object;
  }
  if (init.type !== "CallExpression") return undefined;
  const member = name === "*" ? undefined : name;
  const specifier = requiredBy(init, source);
  if (specifier !== undefined) return { type: "require", ...required(specifier, file), name: member };
  if (init.callee.type !== "Identifier") return undefined;
  if (init.callee.name === "createRequire" && name === "*" && isOwnUrl(init.arguments[0])) {
    return { type: "cjs", file, name: "require" };
  }
  const interop = Object.hasOwn(INTEROP, init.callee.name) ? INTEROP[init.callee.name] : undefined;
  const wrapped = interop && init.arguments[0] && requiredBy(init.arguments[0], source);
  if (!interop || !wrapped) return undefined;
  const asNode = interop === "esbuild" && init.arguments.length > 1;
  return { type: "require", ...required(wrapped, file), name: member, interop: asNode ? "node" : interop };
}

const compiled = (specifier: string, file: string) => testRunner()?.jestImport(specifier, file, READING);

function required(specifier: string, file: string): ToolOrigin & { file: string } {
  return { file, ...(testRunner()?.jestOrigin(specifier, file, withScripts) ?? { specifier }) };
}

/** What `import("x")` imports, also in the form that Vite's module runner gives it. */
function importedBy(node: Syntax): ToolOrigin | undefined {
  const isVite = node.type === "CallExpression" && node.callee.name === "__vite_ssr_import__";
  if (!isVite && (node.type !== "ImportExpression" || node.options != null)) return undefined;
  const specifier = text(isVite ? node.arguments[0] : node.source);
  return specifier === undefined ? undefined : isVite ? tools().viteOrigin(specifier) : { specifier };
}

function text(node: Syntax | undefined): string | undefined {
  return typeof node?.value === "string" ? node.value : undefined;
}

/** The specifier of `require("x")`. */
function requiredBy(node: Syntax, source: Source): string | undefined {
  if (node.type !== "CallExpression" || node.callee.type !== "Identifier" || node.callee.name !== "require") {
    return undefined;
  }
  if (!source.isCommonJs && !source.text.includes("createRequire")) return undefined;
  return text(node.arguments[0]);
}

function isOwnUrl(node: Syntax | undefined): boolean {
  if (node?.type === "Identifier") return node.name === "__filename";
  return node?.type === "MemberExpression" && node.object.type === "MetaProperty";
}
