/** Refusals: what can't cross, why, and the way that leads to it. */
import { CaptureError } from "../errors/errors.ts";

/** A function as messages call it. */
export function functionCalled(name: string | undefined): string {
  return name ? `function ${name}` : "a function without a name";
}

/** A captured value's label: `captured 'cfg' (demo.ts:3:9)`, with the functions around it inside the brackets. */
export function captureLabel(name: string, place: string, outer: string): string {
  const chain = chainOf(outer);
  return `captured '${name}' (${chain ? `${place}, in ${chain}` : place})`;
}

/** `captured 'bump' (demo.ts:33:53)` becomes `'bump' captured at demo.ts:33:53`. */
function chainOf(label: string): string {
  const parts = /^captured (.+) \(([^()]*)\)$/.exec(label);
  return parts ? `${parts[1]} captured at ${parts[2]}` : "";
}

/** Where a refused thing was found: the function's own description and the label that it came under. */
export interface Trail {
  readonly fn: string;
  readonly label: string;
}

/** `thing`, `fact` and `advice` as in `cannot send <thing> to a thread: <fact>. <advice>.` */
export function refuse(thing: string, fact: string, advice: string, trail: Trail): CaptureError {
  const chain = chainOf(trail.label) || trail.label;
  const way =
    chain === ""
      ? []
      : chain
          .split(/, in (?=')/)
          .map((step, depth) => `\n  ${"  ".repeat(depth)}${depth ? "in" : "as"} ${step}`);
  return new CaptureError(
    `cannot send ${thing} to a thread: ${fact}. ${advice}.\n  in ${trail.fn}${way.join("")}`,
  );
}
