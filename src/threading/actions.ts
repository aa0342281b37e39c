/** The action of a barrier as code: whoever arrives last runs it, in any thread. */
import { CaptureError, describe, RuntimeError } from "../errors/errors.ts";
import { release } from "../memory/allocator.ts";
import { Kind } from "../memory/layout.ts";
import { Barrier, kPublishAction, setActionPort } from "../sync/barrier.ts";
import { B_ACTION } from "../sync/rounds.ts";
import { carriesCode, onCrossing, packCode, prepare, unpack } from "./message.ts";

setActionPort({
  pack(action, owner) {
    const { at, extras } = packCode(action, "the action of a Barrier", owner);
    if (extras.length === 0) return at;
    release(at);
    throw new CaptureError(
      `cannot send the action of a Barrier to a thread: it uses ${describe(extras[0])}, which can't be kept for threads to come. Let it use shared objects of threadkit instead.`,
    );
  },
  unpack(message) {
    const loading = prepare(message);
    if (loading === undefined) return unpack(message) as () => unknown;
    loading.catch(() => {}); // the next try tells
    throw new RuntimeError(
      "MODULE_NOT_LOADED",
      "cannot run the action of the barrier: it imports a module that is not loaded in this thread yet. Capture the barrier in the thread's target or pass it in args.",
    );
  },
});
carriesCode(Kind.Barrier, B_ACTION);
onCrossing((value) => {
  if (value instanceof Barrier) Barrier[kPublishAction](value);
});

export { Barrier };
