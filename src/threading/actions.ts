/** The action of a barrier as code: whoever arrives last runs it, in any thread. */
import { Kind } from "../memory/layout.ts";
import { Barrier, kPublishAction, setActionPort } from "../sync/barrier.ts";
import { B_ACTION } from "../sync/rounds.ts";
import { packHeld, unpackHeld } from "./held-code.ts";
import { carriesCode, onCrossing } from "./message.ts";

setActionPort({
  pack: (action, owner) =>
    packHeld(action, "the action of a Barrier", owner, "Let it use shared objects of threadkit instead."),
  unpack: (message) =>
    unpackHeld(
      message,
      "run the action of the barrier",
      "Capture the barrier in the thread's target or pass it in args.",
    ) as () => unknown,
});
carriesCode(Kind.Barrier, B_ACTION);
onCrossing((value) => {
  if (value instanceof Barrier) Barrier[kPublishAction](value);
});

export { Barrier };
