/** What an import declaration declares. */
import type { ImportOrigin, Syntax } from "./scopes.ts";

/** The names of one declaration and where each comes from. */
export function importsOf({ specifiers, source, attributes }: Syntax): (ImportOrigin & { local: string })[] {
  const pairs = (attributes ?? []).map((a: Syntax) => [a.key.name ?? a.key.value, a.value.value]);
  const shared = {
    specifier: source.value as string,
    attributes: pairs.length > 0 ? (Object.fromEntries(pairs) as Record<string, string>) : undefined,
  };
  return specifiers.map((s: Syntax) => ({ ...shared, local: s.local.name, name: importedName(s) }));
}

function importedName({ type, imported }: Syntax): string {
  if (type === "ImportSpecifier") return imported.name ?? imported.value;
  return type === "ImportDefaultSpecifier" ? "default" : "*";
}
