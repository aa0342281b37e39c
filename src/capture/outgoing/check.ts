/** What a function may not do if it is to run elsewhere; found before anything runs. */

import { refuse, type Trail } from "../refuse.ts";
import { placeOf } from "../source/position.ts";
import type { FunctionInfo, Need, Syntax } from "../syntax/scopes.ts";
import type { Slot } from "./slot.ts";
import type { Blueprint } from "./unit.ts";

const SHARE = "Return the value, or share it with SharedInt32 or another shared object";

const NEEDS: Record<Need, readonly [thing: string, fact: string, advice: string]> = {
  this: [
    "'this'",
    "it belongs to the code around the function and is used",
    "Put what is needed of it into a const, and use that",
  ],
  super: ["'super'", "it belongs to the object of the method and is used", "Call a plain function instead"],
  newTarget: [
    "'new.target'",
    "it belongs to the code around the function and is used",
    "Put it into a const, and use that",
  ],
  eval: [
    "code with a direct eval()",
    "it may read any variable and is called",
    "Call it as (0, eval)(…), or remove it",
  ],
  privateName: [
    "a function that uses a class's private names",
    "they exist in the class only; one is used",
    "Send the class, or use public names",
  ],
};

/** Thing, fact and advice of a refusal. */
export type Reason = readonly [thing: string, fact: string, advice: string];

/** Throws for the first thing that the function's text alone rules out. */
export function checkText({ source, info, slots }: Blueprint, trail: Trail): void {
  const reason = textReason(info, slots, (node) => placeOf(source, node.start));
  if (reason) throw refuse(...reason, trail);
}

/** The first thing that the function's text alone rules out. `at` names the place of a node. */
export function textReason(
  info: FunctionInfo,
  slots: readonly Pick<Slot, "name" | "capture">[],
  at: (node: Syntax) => string,
): Reason | undefined {
  for (const [need, node] of info.needs) {
    const [thing, fact, advice] = NEEDS[need];
    return [thing, `${fact} at ${at(node)}`, advice];
  }
  const outerArguments = info.globals.get("arguments");
  if (outerArguments) return argumentsReason(at(outerArguments));
  for (const { name, capture } of slots) {
    if (!capture) continue;
    if (capture.binding.kind === "arguments") return argumentsReason(at(capture.reads[0]));
    if (capture.writes.length > 0) {
      const fact = `it is assigned at ${at(capture.writes[0])}, and a thread would change only its own copy`;
      return [`'${name}'`, fact, SHARE];
    }
  }
  return undefined;
}

function argumentsReason(place: string): Reason {
  const fact = `it belongs to the function around and is used at ${place}`;
  return ["'arguments'", fact, "Take rest parameters (...args) there, and use those"];
}

/** A captured binding whose value can't be had. */
export function refuseUnreadable(slot: Slot, why: string, { source }: Blueprint, trail: Trail): Error {
  const place = placeOf(source, slot.at);
  if (why === "uninitialised") {
    const fact = `it is used at ${place} and is not initialised yet`;
    return refuse(`'${slot.name}'`, fact, "Start the thread after its declaration has run", trail);
  }
  const fact = `it is used at ${place}, and the engine does not show its value`;
  const isOwnName = slot.capture?.binding.kind === "self";
  const advice = isOwnName
    ? "Declare the function as a const or a function declaration"
    : "Pass it as an argument";
  return refuse(`'${slot.name}'`, fact, advice, trail);
}
