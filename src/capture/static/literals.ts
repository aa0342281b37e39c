/** Values that a text alone tells: literals, and what is made of them without running anything of the program's. */
import type { Binding, Scope, Syntax } from "../syntax/scopes.ts";

/** Why a value can't be told from the text. */
export class Hidden extends Error {}

/** What the evaluation asks of its surroundings. */
interface Surroundings {
  /** The value of a variable; throws `Hidden`. */
  variable(binding: Binding): unknown;
  /** Stands for a function or class in the text. */
  code(node: Syntax): unknown;
}

const MADE = "its value is made when the program runs";
const LIMIT = 50;

/** The value of an expression in `scope`; throws `Hidden`. */
export function evaluate(node: Syntax, scope: Scope, around: Surroundings, depth = 0): unknown {
  if (depth > LIMIT) throw new Hidden("it is nested too deeply");
  const inner = (child: Syntax) => evaluate(child, scope, around, depth + 1);
  switch (node.type) {
    case "Literal":
      return node.regex ? new RegExp(node.regex.pattern, node.regex.flags) : node.value;
    case "TemplateLiteral":
      return node.quasis
        .map((quasi: Syntax, i: number) => {
          const next = node.expressions[i];
          return quasi.value.cooked + (next ? String(primitive(inner(next))) : "");
        })
        .join("");
    case "Identifier":
      return named(node, scope, around);
    case "ParenthesizedExpression":
      return inner(node.expression);
    case "UnaryExpression":
      return unary(node.operator, inner(node.argument));
    case "BinaryExpression":
      return binary(node.operator, primitive(inner(node.left)), primitive(inner(node.right)));
    case "LogicalExpression":
      return logical(node.operator, inner(node.left), () => inner(node.right));
    case "ConditionalExpression":
      return inner(node.test) ? inner(node.consequent) : inner(node.alternate);
    case "ArrayExpression":
      if (node.elements.includes(null)) throw new Hidden(MADE);
      return node.elements.flatMap((element: Syntax) =>
        element.type === "SpreadElement" ? list(inner(element.argument)) : [inner(element)],
      );
    case "ObjectExpression":
      return object(node, inner);
    case "ArrowFunctionExpression":
    case "FunctionExpression":
    case "ClassExpression":
      return around.code(node);
    case "CallExpression":
      if (isFreeze(node, scope)) return inner(node.arguments[0]);
      break;
    case "NewExpression":
      return container(node, scope, inner);
    case "MemberExpression":
      return member(node, inner);
  }
  throw new Hidden(MADE);
}

function find(name: string, from: Scope): Binding | undefined {
  for (let scope: Scope | undefined = from; scope; scope = scope.parent) {
    const binding = scope.own(name);
    if (binding) return binding;
  }
  return undefined;
}

const CONSTANTS: Record<string, unknown> = { undefined: undefined, NaN: Number.NaN, Infinity: Infinity };

function named({ name }: Syntax, scope: Scope, around: Surroundings): unknown {
  const binding = find(name, scope);
  if (binding) return around.variable(binding);
  if (Object.hasOwn(CONSTANTS, name)) return CONSTANTS[name];
  throw new Hidden(MADE);
}

type Primitive = string | number | bigint | boolean | null | undefined;

function primitive(value: unknown): Primitive {
  if ((typeof value === "object" && value !== null) || typeof value === "function") throw new Hidden(MADE);
  return value as Primitive;
}

function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new Hidden(MADE);
  return value;
}

function unary(operator: string, value: unknown): unknown {
  const operand = primitive(value) as number;
  switch (operator) {
    case "-":
      return -operand;
    case "+":
      return +operand;
    case "~":
      return ~operand;
    case "!":
      return !operand;
    case "void":
      return undefined;
    case "typeof":
      return typeof operand;
    default:
      throw new Hidden(MADE);
  }
}

// biome-ignore lint/suspicious/noExplicitAny: the operators of the language on its primitives
const OPERATORS: Record<string, (a: any, b: any) => unknown> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "%": (a, b) => a % b,
  "**": (a, b) => a ** b,
  "<<": (a, b) => a << b,
  ">>": (a, b) => a >> b,
  ">>>": (a, b) => a >>> b,
  "&": (a, b) => a & b,
  "|": (a, b) => a | b,
  "^": (a, b) => a ^ b,
  "===": (a, b) => a === b,
  "!==": (a, b) => a !== b,
  "<": (a, b) => a < b,
  ">": (a, b) => a > b,
  "<=": (a, b) => a <= b,
  ">=": (a, b) => a >= b,
};

function binary(operator: string, left: Primitive, right: Primitive): unknown {
  if (!Object.hasOwn(OPERATORS, operator)) throw new Hidden(MADE);
  return OPERATORS[operator](left, right);
}

function logical(operator: string, left: unknown, right: () => unknown): unknown {
  if (operator === "&&") return left && right();
  if (operator === "||") return left || right();
  return left ?? right();
}

function object({ properties }: Syntax, inner: (node: Syntax) => unknown): object {
  const made: Record<string, unknown> = {};
  for (const property of properties as Syntax[]) {
    if (property.type === "SpreadElement") {
      const from = inner(property.argument);
      if (typeof from !== "object") throw new Hidden(MADE);
      Object.assign(made, from);
      continue;
    }
    if (property.kind !== "init" || property.method) throw new Hidden("it has methods");
    const { key } = property;
    const name = property.computed ? primitive(inner(key)) : (key.name ?? key.value);
    if (!property.computed && !property.shorthand && name === "__proto__") throw new Hidden(MADE);
    const value = inner(property.value);
    Object.defineProperty(made, String(name), {
      ...{ value, enumerable: true, writable: true, configurable: true },
    });
  }
  return made;
}

/** `Object.freeze(…)` of the language. */
function isFreeze({ callee, arguments: given }: Syntax, scope: Scope): boolean {
  if (callee.type !== "MemberExpression" || callee.computed || given.length !== 1) return false;
  return callee.object.name === "Object" && callee.property.name === "freeze" && !find("Object", scope);
}

/** Sets and maps of literals. */
function container(node: Syntax, scope: Scope, inner: (node: Syntax) => unknown): object {
  const { callee, arguments: given } = node;
  const isGlobal = callee.type === "Identifier" && !find(callee.name, scope);
  if (!isGlobal || given.length > 1) throw new Hidden(MADE);
  const items = given.length === 1 ? list(inner(given[0])) : [];
  if (callee.name === "Set") return new Set(items);
  if (callee.name === "Map") return new Map(items.map((item) => list(item) as [unknown, unknown]));
  throw new Hidden(MADE);
}

function member({ object, property, computed, optional }: Syntax, inner: (node: Syntax) => unknown): unknown {
  if (optional || property.type === "PrivateIdentifier") throw new Hidden(MADE);
  const from = inner(object);
  const key = computed ? primitive(inner(property)) : property.name;
  const isPlain = Array.isArray(from) || Object.getPrototypeOf(from ?? 0) === Object.prototype;
  if (!isPlain || !Object.hasOwn(from as object, key)) throw new Hidden(MADE);
  return (from as Record<string, unknown>)[key];
}
