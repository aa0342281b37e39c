/** What a thread's class may have: its instance is made anew in the thread, field by field, without a constructor. */
import { CaptureError } from "../../errors/errors.ts";
import { acorn } from "../lazy.ts";
import { isLibrary } from "../library.ts";
import type { Syntax } from "../syntax/scopes.ts";

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
  return membersOf(text).find(isPrivate)?.key.name;
}

function membersOf(text: string): Syntax[] {
  const program = acorn().parse(`(${text})`, { ecmaVersion: "latest" }) as unknown as Syntax;
  const { expression } = program.body[0];
  return expression.type === "ClassExpression" ? expression.body.body : [];
}

function isPrivate(member: Syntax): boolean {
  return member.key?.type === "PrivateIdentifier" && !member.static;
}

/** The first member of a class's instances that exists in the thread that made them only: a private one, or a field. */
export function ownMember(cls: object): string | undefined {
  let members: Syntax[];
  try {
    members = membersOf(Function.prototype.toString.call(cls));
  } catch {
    return undefined; // syntax of tomorrow: the engine refuses the fields, in its own words
  }
  const found = members.find(
    (member) => isPrivate(member) || (member.type === "PropertyDefinition" && !member.static),
  );
  if (found === undefined) return undefined;
  return isPrivate(found) ? `#${found.key.name}` : (found.key.name ?? String(found.key.value));
}

function refusal(leaf: { name?: string }, owner: { name?: string }, member: string): CaptureError {
  const inherited = owner === leaf ? "" : ` of ${owner.name}`;
  return new CaptureError(
    `cannot start an instance of ${leaf.name}: the private member #${member}${inherited} is made by a constructor, and none runs in the thread. Use a public field, or hand the value over in args.`,
  );
}
