/**
 * The table of tasks that this realm submitted and whose outcome it has not taken in.
 *
 * Their futures have no entry in the ledger of handles. What settles one tells its owner, if somebody here asked for
 * that; who blocks looks itself; the rest, which nobody asked for, are taken in by a sweep now and then.
 */
import { release, retain } from "../memory/allocator.ts";
import { words } from "../memory/arena.ts";
import { kAt, type SharedObject } from "../memory/handle.ts";
import { Kind } from "../memory/layout.ts";
import { listen, onEntry } from "../parking/park-async.ts";
import { here } from "../parking/realm.ts";
import { onLookForLeft, onThreadEnd } from "../threading/endings.ts";
import { onFuture, openMailbox } from "../threading/mail.ts";
import { kAbsorb, kComplete } from "./doors.ts";
import { CANCELLED, F_OWNER, F_SLOT, flag, isFinal, isListened, LISTENED, stateIn } from "./words.ts";

interface Owned extends SharedObject {
  [kComplete](): void;
  [kAbsorb](): unknown;
}

const slots: (Owned | undefined)[] = [];
const free: number[] = [];
/** Futures in the table that make the next sweep worth it: it doubles with what is left, so each costs a constant. */
const SWEEP_FROM = 1024;
let sweepAt = SWEEP_FROM;

/** Enters a new future. */
export function place(future: Owned): void {
  if (slots.length - free.length >= sweepAt) sweep();
  const slot = free.pop() ?? slots.length;
  slots[slot] = future;
  const realm = here();
  retain(realm);
  const at = future[kAt];
  words[at + F_OWNER] = realm;
  words[at + F_SLOT] = slot + 1;
}

function slotOf(at: number): number {
  return Math.abs(words[at + F_SLOT]) - 1;
}

/** From here on the ledger of handles answers for the reference. */
export function hasLedger(at: number): void {
  words[at + F_SLOT] = -Math.abs(words[at + F_SLOT]);
}

/** The reference is about to be given back. */
export function letGo(at: number): void {
  words[at + F_SLOT] = 0;
}

/** Its outcome has been taken in. */
export function remove(future: Owned, at: number): void {
  const slot = slotOf(at);
  if (slots[slot] !== future) return;
  slots[slot] = undefined;
  free.push(slot);
}

/** Is it in this table? */
export function isOwned(future: Owned, at: number): boolean {
  return words[at + F_OWNER] === here() && slots[slotOf(at)] === future;
}

/** Is one task all that this realm has on its way? */
export function isOnlyOne(): boolean {
  return slots.length - free.length === 1;
}

/** Has `kComplete` called when it is done. False: it is. */
export function ownerListens(at: number): boolean {
  openMailbox();
  listen();
  return stateIn(flag(at, LISTENED)) < CANCELLED;
}

/** Will this event loop be told of outcomes? */
export function awaitsFutures(): boolean {
  return slots.some((future) => future !== undefined && isListened(future[kAt]));
}

/** Takes in what is done and nobody asked for; also when a thread ends, as its worker may serve others. */
export function sweep(): void {
  for (const future of slots) {
    const at = future?.[kAt] ?? 0;
    if (at === 0 || !isFinal(at) || isListened(at)) continue;
    try {
      future?.[kAbsorb]();
    } catch {
      // Its outcome needs a module that is not loaded here: whoever asks for it is told.
    }
  }
  sweepAt = Math.max(SWEEP_FROM, 2 * (slots.length - free.length));
}

/** A future has its outcome. It comes with a reference. */
function read(at: number): void {
  const future = slots[slotOf(at)];
  if (future?.[kAt] === at) future[kComplete]();
  release(at);
}
onEntry(Kind.Future, read);
onFuture(read);
onLookForLeft(awaitsFutures);
onThreadEnd(sweep);
