/**
 * Values, and code, that a shared object keeps for whatever thread asks: the action of a Barrier, the initialiser of
 * a ThreadLocal, what stands in a container. They must be bytes, since nobody knows who will read them, and when.
 */
import { CaptureError, describe, RuntimeError } from "../errors/errors.ts";
import { isMarked } from "../transfer/marks.ts";
import { extrasOf, isPlain, packKept, parcelOf, prepare, unpack } from "./message.ts";
import { deposit, fetch } from "./parcels.ts";

/**
 * A message with `value`, for `owner` to keep.
 *
 * @param label what it is, as refusals say it: "the action of a Barrier"
 * @param remedy the whole sentence that says what to do with what can't be kept
 * @throws CaptureError (CANNOT_CROSS) for what cannot cross, or is to be moved: whoever read it first would have it
 */
export function packHeld(value: unknown, label: string, owner: object, remedy: string): number {
  return packKept(value, label, owner, (extras) => {
    const moved = (extras as object[]).find(isMarked);
    if (moved === undefined) return deposit(extras);
    throw new CaptureError(
      `cannot send ${label} to a thread: ${describe(moved)} in it is to be transferred, and whoever reads it first would take it. ${remedy}`,
    );
  });
}

/** The same for one reader: what `transfer()` marked moves to him. */
export function packOnce(value: unknown, label: string, owner: object): number {
  return packKept(value, label, owner, deposit);
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
  const loading = prepare(message, true);
  if (loading === undefined)
    return unpack(message, extrasOf(message) > 0 ? fetch(parcelOf(message), doing) : []);
  loading.catch(() => {}); // the next try tells
  throw new RuntimeError(
    "MODULE_NOT_LOADED",
    `cannot ${doing}: it imports a module that is not loaded in this thread yet. ${remedy}`,
  );
}
