/** The values that captured bindings hold right now, as the inspector shows them. */
import { MISSING, type Peek } from "../source/peek.ts";
import { mustBeDefined } from "../syntax/bindings.ts";
import type { Binding, Syntax } from "../syntax/scopes.ts";
import { importedValue, sharedMember } from "./imported.ts";
import type { Slot } from "./slot.ts";

/** Why a binding has no value to send. */
type Unreadable = "uninitialised" | "invisible";

/** The current value of a slot of `fn` or a `Symbolic`, or why there is none. */
export function valueOf(slot: Slot, peeked: Peek, fn: object, node: Syntax): { value: unknown } | Unreadable {
  const { reference, capture, name } = slot;
  if (slot.isBase) return { value: Object.getPrototypeOf(fn) };
  if (slot.member) return { value: sharedMember(slot.member, peeked.read) };
  if (reference) {
    const read = () => (isParent(name, node) ? Object.getPrototypeOf(fn) : peeked.read(name));
    return { value: importedValue(reference, read) };
  }
  let value: unknown;
  try {
    value = peeked.read(name);
  } catch {
    return "uninitialised"; // Node >= 22; Node 20 reads undefined instead.
  }
  if (capture && (value === MISSING || isOtherFunction(capture.binding, value))) {
    return valueInHead(name, capture.binding, fn, node) ?? "invisible";
  }
  if (value === undefined && capture && mustBeDefined(capture.binding)) return "uninitialised";
  return { value };
}

/**
 * What stands in the head of a class (`extends`, computed keys) runs outside every function, so that the engine
 * may keep no variable for it.
 */
function valueInHead(name: string, { kind, writes, declarator }: Binding, fn: object, node: Syntax) {
  if (isParent(name, node)) return { value: Object.getPrototypeOf(fn) as unknown };
  const init =
    kind === "const" && writes.length === 0 && declarator?.id.type === "Identifier" && declarator.init;
  return init && init.type === "Literal" && !init.regex ? { value: init.value as unknown } : undefined;
}

/** Is it what a class extends? */
function isParent(name: string, { superClass }: Syntax): boolean {
  return superClass?.type === "Identifier" && superClass.name === name;
}

/** The engine hides the own name of a function expression; an outer variable of that name may show instead. */
function isOtherFunction({ kind, declaration, name }: Binding, value: unknown): boolean {
  if (kind !== "self" || declaration.type !== "FunctionExpression") return false;
  if (typeof value !== "function" || value.name !== name) return true;
  return Function.prototype.toString.call(value).length !== declaration.end - declaration.start;
}

/** Will the binding hold this value for good? */
export function isSettled({ capture, reference, isBase, member }: Slot, value: unknown): boolean {
  return (
    isBase === true ||
    member !== undefined ||
    reference !== undefined ||
    (capture?.binding.writes.length === 0 && value !== undefined)
  );
}
