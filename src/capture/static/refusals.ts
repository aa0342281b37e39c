/** Refusals of what can't be read off the source. */
import { inspectAdvice } from "#host";
import type { CaptureError } from "../../errors/errors.ts";
import type { Slot } from "../outgoing/slot.ts";
import type { Blueprint } from "../outgoing/unit.ts";
import { refuse, type Trail } from "../refuse.ts";
import { placeOf } from "../source/position.ts";
import type { Ambiguous } from "./find.ts";
import { Hidden } from "./literals.ts";

/** What is refused: its name for people, and the fact that its refusal begins with. */
interface Thing {
  readonly name: string;
  readonly fact: string;
}

export function useOf({ name, at }: Slot, { source }: Blueprint): Thing {
  return { name: `'${name}'`, fact: `it is used at ${placeOf(source, at)}, and ` };
}

/** Runs `read`; what it finds hidden is refused. */
export function orRefused<T>(read: () => T, thing: Thing | string, trail: () => Trail): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Hidden)) throw error;
    const { name, fact } = typeof thing === "string" ? { name: thing, fact: "" } : thing;
    const why = `${fact}no inspector is here to read it: ${error.message}`;
    throw refuse(name, why, `Pass it in args${orElse()}`, trail());
  }
}

/** A function whose text is not to be found, or is found more than once. */
export function refusePlace(name: string, found: Ambiguous | undefined, label: string): CaptureError {
  const trail = { fn: label, label: "" };
  if (found) {
    const fact = `functions with the same text stand at ${found.places.join(" and ")}, and they capture different variables`;
    return refuse(name, fact, `Give them different names${orElse()}`, trail);
  }
  const fact =
    "no inspector is here, and its text was not found in the file of the call or in those that it imports";
  return refuse(name, fact, `Declare it in the file that starts the thread${orElse()}`, trail);
}

/** What the runtime could be given so that this is not needed. */
function orElse(): string {
  const advice = inspectAdvice();
  return advice ? `, or ${advice}` : "";
}
