/**
 * Values, and code, that a shared object keeps for whatever thread asks: the action of a Barrier, the initialiser of
 * a ThreadLocal, what stands in a container. They must be bytes, since nobody knows who will read them, and when.
 */
import { CaptureError, describe, RuntimeError } from "../errors/errors.ts";
import { release } from "../memory/allocator.ts";
import { isPlain, packCode, prepare, unpack } from "./message.ts";

/**
 * A message with `value`, for `owner` to keep.
 *
 * @param label what it is, as refusals say it: "the action of a Barrier"
 * @param remedy the whole sentence that says what to do with what can't be kept
 * @throws CaptureError (CANNOT_CROSS) for what cannot cross, or can only be posted to a thread that is known
 */
export function packHeld(value: unknown, label: string, owner: object, remedy: string): number {
  const { at, extras } = packCode(value, label, owner);
  if (extras.length === 0) return at;
  release(at);
  throw new CaptureError(
    `cannot send ${label} to a thread: it uses ${describe(extras[0])}, which can't be kept for threads to come. ${remedy}`,
  );
}

/**
 * What `packHeld` packed.
 *
 * @param doing what could not be done, as a refusal says it: "run the action of the barrier"
 * @param remedy the whole sentence that says what to do about it
 * @throws RuntimeError (MODULE_NOT_LOADED) if its code imports a module that this thread has not loaded; it is being
 *   loaded from then on
 */
export function unpackHeld(message: number, doing: string, remedy: string): unknown {
  if (isPlain(message)) return unpack(message);
  const loading = prepare(message);
  if (loading === undefined) return unpack(message);
  loading.catch(() => {}); // the next try tells
  throw new RuntimeError(
    "MODULE_NOT_LOADED",
    `cannot ${doing}: it imports a module that is not loaded in this thread yet. ${remedy}`,
  );
}
