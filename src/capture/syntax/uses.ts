/** From a use of a name to its binding; the functions on the way there capture it. */
import type { Binding, FunctionInfo, Scope, Syntax } from "./scopes.ts";

export interface Use {
  readonly id: Syntax;
  readonly scope: Scope;
  readonly write: boolean;
}

/**
 * `mutated`: which identifiers hold an object that is changed there, and by which node. `found`: takes the binding of
 * every identifier.
 */
export function resolve(
  { id, scope, write }: Use,
  mutated: ReadonlyMap<Syntax, Syntax>,
  found?: Map<Syntax, Binding>,
): void {
  const crossed: FunctionInfo[] = [];
  for (let s: Scope | undefined = scope; s; s = s.parent) {
    const binding = s.own(id.name);
    if (binding) {
      found?.set(id, binding);
      (write ? binding.writes : binding.reads).push(id);
      for (const info of crossed) {
        let capture = info.captures.get(binding);
        if (!capture)
          info.captures.set(binding, (capture = { binding, reads: [], writes: [], mutations: [] }));
        (write ? capture.writes : capture.reads).push(id);
        const mutation = mutated.get(id);
        if (mutation) capture.mutations.push(mutation);
      }
      return;
    }
    if (s.owner) crossed.push(s.owner);
  }
  for (const info of crossed) if (!info.globals.has(id.name)) info.globals.set(id.name, id);
}
