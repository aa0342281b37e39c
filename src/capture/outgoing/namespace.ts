/**
 * What compilers make of `import { lock } from "./locks"` is `locks.lock`, with the module in a variable. The thread
 * loads the module anew, so a shared object in it is to travel itself, as an imported name would: it gets a name.
 */
import type { Reference } from "../../transfer/boundary.ts";
import type { Source } from "../source/source.ts";
import type { Edit } from "../syntax/edits.ts";
import { pathToChanged } from "../syntax/mutations.ts";
import type { Syntax } from "../syntax/scopes.ts";
import type { ModuleReference, Slot } from "./slot.ts";

/** The slots for the members that are read of the module in a slot, which is the one of that index. */
export function membersOf(
  { name: base, reference, capture }: Slot,
  slot: number,
  uses: readonly Syntax[],
  { text }: Source,
): Slot[] {
  if (!capture || capture.binding.kind === "import" || !isModule(reference)) return [];
  const changed = new Set<number>();
  for (const node of capture.mutations)
    if (pathToChanged(node).length === 0) changed.add((node.left ?? node.argument ?? node).start);
  const members = new Map<string, Syntax[]>();
  for (const id of uses) {
    const name = /^\.([\p{ID_Start}$_][\p{ID_Continue}$]*)/u.exec(text.slice(id.end, id.end + 100))?.[1];
    if (name === undefined || changed.has(id.start)) continue;
    const after = /^\s*([(`]?)/.exec(text.slice(id.end + 1 + name.length))![1];
    // A call hands the module over as `this`.
    if (after !== "" && !/\bnew\s+$/.test(text.slice(Math.max(0, id.start - 20), id.start))) continue;
    members.set(name, [...(members.get(name) ?? []), id]);
  }
  return [...members].map(([name, reads]) => ({
    name: `${base}$${name}`,
    reference: undefined,
    capture: { ...capture, reads, writes: [], mutations: [] },
    at: reads[0].start,
    member: { base, slot, name, reference, uses: uses.length },
  }));
}

/** Does a variable hold a whole module? */
function isModule(reference: Reference | undefined): reference is ModuleReference {
  if (reference?.type === "require") return reference.name === undefined;
  return reference?.type === "import" && reference.name === "*";
}

/** The changes that make names of `module.member`: they have the same length. */
export function memberEdits({ capture }: Slot): Edit[] {
  return capture!.reads.map(({ end }) => ({ start: end, end: end + 1, text: "$" }));
}

/** Slots of modules of which only members are read that travel themselves. */
export function needlessNamespaces(slots: readonly Slot[], members: readonly number[]): number[] {
  const read = new Map<number, number>();
  for (const i of members) {
    const { member, capture } = slots[i];
    read.set(member!.slot, (read.get(member!.slot) ?? 0) + capture!.reads.length);
  }
  return members
    .map((i) => slots[i].member!)
    .filter(
      ({ slot, uses }, i, all) => read.get(slot) === uses && all.findIndex((m) => m.slot === slot) === i,
    )
    .map(({ slot }) => slot);
}
