/** What a declaration alone tells of a binding. */
import type { Binding, Syntax } from "./scopes.ts";

/** In its new place a named function or class sees itself under its own name. */
export function isItself(binding: Binding, node: Syntax): boolean {
  return binding.declaration === node && binding.writes.length === 0 && node.id?.name === binding.name;
}

const NEVER_UNDEFINED =
  /^(Object|Array|New|ArrowFunction|Function|Class)Expression$|^(TemplateLiteral|Literal)$/;

/** Is it undefined only as long as its declaration has not run? */
export function mustBeDefined({ kind, declarator }: Binding): boolean {
  if (kind === "class") return true;
  return (
    kind === "const" && declarator?.id.type === "Identifier" && NEVER_UNDEFINED.test(declarator.init?.type)
  );
}
