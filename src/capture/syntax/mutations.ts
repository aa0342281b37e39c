/** Which expressions change the object that a variable holds, as opposed to the variable. */
import type { Syntax } from "./scopes.ts";

const MUTATING_METHODS = new Set(
  "push pop shift unshift splice sort reverse fill copyWithin set add delete clear append".split(" "),
);

/** The variable at the root of `a.b[c].d`, if the expression is such a path. */
function rootOf(node: Syntax): Syntax | undefined {
  let path = node;
  while (path.type === "MemberExpression" || path.type === "ChainExpression") {
    path = path.type === "ChainExpression" ? path.expression : path.object;
  }
  return path.type === "Identifier" ? path : undefined;
}

function targetOf(node: Syntax): Syntax | undefined {
  switch (node.type) {
    case "AssignmentExpression":
      return node.left;
    case "UpdateExpression":
      return node.argument;
    case "UnaryExpression":
      return node.operator === "delete" ? node.argument : undefined;
    case "CallExpression":
      return !node.callee.computed && MUTATING_METHODS.has(node.callee.property?.name)
        ? node.callee
        : undefined;
    default:
      return undefined;
  }
}

/** The identifier whose object `node` changes, or undefined. */
export function mutatedVariable(node: Syntax): Syntax | undefined {
  let target = targetOf(node);
  if (target?.type === "ChainExpression") target = target.expression;
  return target?.type === "MemberExpression" ? rootOf(target) : undefined;
}

/** A computed step of a path: which property it is shows only when the code runs. */
export const UNKNOWN = Symbol("unknown");

/** The properties that lead from the variable to the object that `node` changes: `["hits"]` for `o.hits.add(1)`. */
export function pathToChanged(node: Syntax): (string | typeof UNKNOWN)[] {
  const keys: (string | typeof UNKNOWN)[] = [];
  let path = targetOf(node);
  if (path?.type === "ChainExpression") path = path.expression;
  // The last member is what is changed or called, not a step to the object.
  path = path?.object;
  while (path?.type === "MemberExpression" || path?.type === "ChainExpression") {
    if (path.type === "MemberExpression")
      keys.unshift(path.computed ? UNKNOWN : (path.property.name as string));
    path = path.type === "ChainExpression" ? path.expression : path.object;
  }
  return keys;
}
