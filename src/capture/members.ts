/** What a thread's class may have: its instance is made anew in the thread, field by field, without a constructor. */
import { CaptureError } from "../errors/errors.ts";
import { acorn } from "./lazy.ts";
import { isLibrary } from "./library.ts";
import type { Syntax } from "./scopes.ts";

const fine = new WeakSet<object>();

/** Refuses a class with private members of its instances, its own or inherited: nothing can copy them. */
export function refusePrivateState(leaf: object): void {
  for (let cls = leaf; typeof cls === "function" && !isLibrary(cls); cls = Object.getPrototypeOf(cls)) {
    if (fine.has(cls)) continue;
    const member = privateMember(Function.prototype.toString.call(cls));
    if (member !== undefined) throw refusal(leaf, cls, member);
    fine.add(cls);
  }
}

function privateMember(text: string): string | undefined {
  if (!text.includes("#")) return undefined;
  const program = acorn().parse(`(${text})`, { ecmaVersion: "latest" }) as unknown as Syntax;
  const { expression } = program.body[0];
  if (expression.type !== "ClassExpression") return undefined;
  const found = expression.body.body.find(
    (member: Syntax) => member.key?.type === "PrivateIdentifier" && !member.static,
  );
  return found?.key.name;
}

function refusal(leaf: { name?: string }, owner: { name?: string }, member: string): CaptureError {
  const inherited = owner === leaf ? "" : ` of ${owner.name}`;
  return new CaptureError(
    `cannot start an instance of ${leaf.name}: the private member #${member}${inherited} is made by a constructor, and none runs in the thread. Use a public field, or hand the value over in args.`,
  );
}
