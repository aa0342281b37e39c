/** One warning per place where shipped code changes a value that it has only a copy of. */
import { Symbolic } from "../../transfer/boundary.ts";
import { runtime } from "../lazy.ts";
import { placeOf } from "../source/position.ts";
import { pathToChanged, UNKNOWN } from "../syntax/mutations.ts";
import type { Syntax } from "../syntax/scopes.ts";
import { crossesByReference } from "./shared.ts";
import type { Slot } from "./slot.ts";
import type { Blueprint } from "./unit.ts";

/** Is the changed object, or one on the way to it, shared? Not to be told where the way is computed: then no warning. */
function leadsToShared(root: unknown, path: readonly (string | typeof UNKNOWN)[]): boolean {
  let value = root;
  for (const key of path) {
    if (key === UNKNOWN) return true;
    if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
    const descriptor = Object.getOwnPropertyDescriptor(value, key);
    if (descriptor === undefined || !("value" in descriptor)) return false; // runs no getter
    value = descriptor.value;
    if (crossesByReference(value)) return true;
  }
  return false;
}

const warned = new WeakSet<Syntax>();

export function warnOfCopies({ source }: Blueprint, { name, capture }: Slot, value: unknown): void {
  if (!capture || capture.mutations.length === 0 || value instanceof Symbolic || !isCopied(value)) return;
  for (const node of capture.mutations) {
    if (warned.has(node) || leadsToShared(value, pathToChanged(node))) continue;
    warned.add(node);
    warn(name, placeOf(source, node.start));
  }
}

const warnedOf = new Set<string>();

/** The same for what a tool has seen; `id` names the place among all others, in `path` null is a computed step. */
export function warnOfCopy(
  name: string,
  value: unknown,
  place: string,
  path: readonly (string | null)[],
  id: string,
): void {
  if (warnedOf.has(id) || !isCopied(value)) return;
  if (
    leadsToShared(
      value,
      path.map((step) => step ?? UNKNOWN),
    )
  )
    return;
  warnedOf.add(id);
  warn(name, place);
}

function isCopied(value: unknown): boolean {
  const isObject = (typeof value === "object" && value !== null) || typeof value === "function";
  return isObject && !crossesByReference(value);
}

function warn(name: string, place: string): void {
  runtime().emitWarning(
    `'${name}' is copied to the thread, and the change at ${place} stays in the copy. ` +
      "Keep it in a SharedInt32 or another shared object if others must see it.",
    { type: "ThreadkitWarning", code: "THREADKIT_COPIED" },
  );
}
