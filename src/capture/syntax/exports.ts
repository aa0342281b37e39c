/** What a module's text says of the classes that it exports. */
import type { Syntax } from "./scopes.ts";

/** The classes that a module's text declares at its top and exports, by their nodes. */
export function exportedClasses({ body }: Syntax): ReadonlyMap<Syntax, string> {
  const declared = new Map<string, Syntax>();
  const exported = new Map<Syntax, string>();
  for (const statement of body as Syntax[]) {
    const { declaration } = statement;
    if (statement.type === "ExportDefaultDeclaration")
      noteClasses(declaration, declared, exported, "default");
    else if (statement.type === "ExportNamedDeclaration" && declaration)
      noteClasses(declaration, declared, exported, undefined);
    else noteClasses(statement, declared);
  }
  for (const { type, source, specifiers } of body as Syntax[]) {
    if (type !== "ExportNamedDeclaration" || source) continue;
    for (const { local, exported: name } of specifiers as Syntax[]) {
      const node = declared.get(local.name);
      if (node) exported.set(node, name.name ?? name.value);
    }
  }
  return exported;
}

/** Notes what a statement declares; `as`: the name that it is exported by, undefined: its own. */
function noteClasses(
  node: Syntax,
  declared: Map<string, Syntax>,
  exported?: Map<Syntax, string>,
  as?: string,
): void {
  if (node.type === "ClassDeclaration") {
    if (node.id) declared.set(node.id.name, node);
    exported?.set(node, as ?? node.id.name);
  } else if (node.type === "VariableDeclaration") {
    for (const { id, init } of node.declarations as Syntax[]) {
      if (id.type !== "Identifier" || init?.type !== "ClassExpression") continue;
      declared.set(id.name, init);
      exported?.set(init, id.name);
    }
  }
}
