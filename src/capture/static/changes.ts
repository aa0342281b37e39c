/**
 * Does anything in a file change, or hand on to code that might change, the object that a variable holds? Only of an
 * object of which no use does is it known from the text what is in it.
 */

import type { Source } from "../source/source.ts";
import { mutatedVariable } from "../syntax/mutations.ts";
import type { Binding, Syntax } from "../syntax/scopes.ts";
import { parentOf } from "./sources.ts";

/** Functions that only look at what they are given. */
const LOOKERS: Record<string, RegExp> = {
  JSON: /^stringify$/,
  Object: /^(keys|values|entries|hasOwn|freeze|getOwnPropertyNames)$/,
  Array: /^(isArray|from)$/,
  Math: /./,
  console: /./,
};
const LOOKER_FUNCTIONS = /^(structuredClone|String|Number|Boolean|Set|Map)$/;

/** Methods that give out nothing but copies and primitives; what they call gets the items. */
const READING =
  /^(at|concat|entries|every|filter|find|findIndex|findLast|findLastIndex|flat|flatMap|forEach|get|has|includes|indexOf|join|keys|lastIndexOf|map|reduce|reduceRight|slice|some|test|exec|toLocaleString|toReversed|toSorted|toSpliced|toString|values|with)$/;

/** The first use of the variable by which its object may change, or be known elsewhere. */
export function changeOf(binding: Binding, value: unknown, source: Source): Syntax | undefined {
  return binding.reads.find((read) => !onlyLooks(read, value, source));
}

/** The first place where something is put on a function, or taken from it, by its name. */
export function additionTo(binding: Binding, source: Source): Syntax | undefined {
  return binding.reads.find((read) => {
    const member = parentOf(source, read);
    const around = member?.type === "MemberExpression" ? parentOf(source, member) : undefined;
    return around !== undefined && around.type !== "CallExpression" && mutatedVariable(around) === read;
  });
}

function isFlat(value: unknown): boolean {
  if (value instanceof Map) return isFlat([...value.keys(), ...value.values()]);
  if (value instanceof Set) return isFlat([...value]);
  return Object.values(value as object).every((item) => typeof item !== "object" || item === null);
}

function onlyLooks(node: Syntax, value: unknown, source: Source): boolean {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return true;
  const around = parentOf(source, node);
  if (!around) return false;
  switch (around.type) {
    case "MemberExpression":
      return around.object === node ? looksAtMember(around, value, source) : true;
    case "ChainExpression":
    case "ParenthesizedExpression":
      return onlyLooks(around, value, source);
    case "SpreadElement":
    case "ForOfStatement":
    case "YieldExpression":
      return around.type !== "YieldExpression" && isFlat(value);
    case "ForInStatement":
    case "TemplateLiteral":
    case "UnaryExpression":
    case "BinaryExpression":
    case "IfStatement":
    case "ExpressionStatement":
    case "SwitchStatement":
      return around.operator !== "delete";
    case "ConditionalExpression":
      return around.test === node;
    case "VariableDeclarator":
      return around.init === node && around.id.type !== "Identifier" && isFlat(value);
    case "CallExpression":
    case "NewExpression":
      return around.callee === node || isLooker(around.callee);
    default:
      return false;
  }
}

function looksAtMember(member: Syntax, value: object, source: Source): boolean {
  const around = parentOf(source, member);
  if (!around || mutatedVariable(around)) return false;
  const assigned =
    (around.type === "AssignmentExpression" && around.left === member) || around.type === "UpdateExpression";
  if (assigned) return false;
  if (around.type === "CallExpression" && around.callee === member) return isCallHarmless(member, value);
  if (member.computed && member.property.type !== "Literal") {
    return isFlat(value) || Object.values(value).every((item) => onlyLooks(member, item, source));
  }
  const key = member.computed ? member.property.value : member.property.name;
  const item = Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
  return onlyLooks(member, item, source);
}

function isCallHarmless({ computed, property }: Syntax, value: object): boolean {
  if (typeof value === "function") return true;
  // A function of the object's own: called as its method, it may change it only by `this`.
  if (computed) return Object.values(value).every((item) => typeof item === "function");
  if (Object.hasOwn(value, property.name)) return true;
  return (
    READING.test(property.name) &&
    (isFlat(value) || /^(has|includes|indexOf|join|test|keys)$/.test(property.name))
  );
}

function isLooker(callee: Syntax): boolean {
  if (callee.type === "Identifier") return LOOKER_FUNCTIONS.test(callee.name);
  if (callee.type !== "MemberExpression" || callee.computed) return false;
  const names = Object.hasOwn(LOOKERS, callee.object.name) ? LOOKERS[callee.object.name] : undefined;
  return names?.test(callee.property.name) ?? false;
}
