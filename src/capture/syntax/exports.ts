/** What a module's text says of its exports. */
import type { Syntax } from "./scopes.ts";

/** The names by which a module exports variables of its own top, by the names of the variables. */
export function exportedNames({ body }: Syntax): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { type, declaration, specifiers, source } of body as Syntax[]) {
    if (type === "ExportDefaultDeclaration" && declaration.id) names.set(declaration.id.name, "default");
    if (type !== "ExportNamedDeclaration" || source) continue;
    if (declaration?.id) names.set(declaration.id.name, declaration.id.name);
    for (const { id } of declaration?.declarations ?? [])
      if (id.type === "Identifier") names.set(id.name, id.name);
    for (const { local, exported } of specifiers as Syntax[])
      names.set(local.name, exported.name ?? exported.value);
  }
  return names;
}

/** The classes that a module's text declares at its top and exports, by their nodes. */
export function exportedClasses(program: Syntax): ReadonlyMap<Syntax, string> {
  const names = exportedNames(program);
  const classes = new Map<Syntax, string>();
  const note = (node: Syntax, name: string | undefined) => {
    if (name !== undefined) classes.set(node, name);
  };
  for (const statement of program.body as Syntax[]) {
    const node: Syntax = (statement.type.startsWith("Export") && statement.declaration) || statement;
    if (node.type === "ClassDeclaration") note(node, node.id ? names.get(node.id.name) : "default");
    if (node.type !== "VariableDeclaration") continue;
    for (const { id, init } of node.declarations as Syntax[])
      if (id.type === "Identifier" && init?.type === "ClassExpression") note(init, names.get(id.name));
  }
  return classes;
}
