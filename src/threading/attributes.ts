/**
 * The attributes that the thread running here has, of all its ThreadLocals.
 *
 * They are kept under the ThreadLocal's serial number and not, which is the tempting way, in a WeakMap under its
 * handle: a handle may be collected and rebuilt in a thread (it comes with each task of a pool), and the attributes
 * would be made anew while the thread goes on.
 */
import { add } from "#atomics";
import { kindOf } from "../memory/allocator.ts";
import { words } from "../memory/arena.ts";
import { H_LOCALS, Kind } from "../memory/layout.ts";
import { ident } from "../parking/realm.ts";

export type Attributes = Record<PropertyKey, unknown>;

interface Entry {
  /** Block of the ThreadLocal, whose first word is its serial number for as long as it lives. */
  readonly at: number;
  readonly attributes: Attributes;
}

/** So many are kept without a look whether their ThreadLocals still live. */
const UNSWEPT = 64;

let entries = new Map<number, Entry>();
/** Ident of the thread that they belong to. */
let owner = 0;
let sweepFrom = UNSWEPT;

/** Number of a new ThreadLocal. */
export function nextSerial(): number {
  return add(words, H_LOCALS, 1) + 1;
}

/** What the calling thread has under `serial`, or undefined. */
export function attributesUnder(serial: number): Attributes | undefined {
  // By the ident too: what runs between two threads, such as a finalizer, makes nothing for the next.
  return owner === ident ? entries.get(serial)?.attributes : undefined;
}

export function keepAttributes(at: number, serial: number, attributes: Attributes): void {
  if (owner !== ident) dropLocals();
  owner = ident;
  if (entries.size >= sweepFrom) sweep();
  entries.set(serial, { at, attributes });
}

/** Lets go of those of ThreadLocals that no thread has any more. Twice as many may come until the next time. */
function sweep(): void {
  for (const [serial, { at }] of entries)
    if (kindOf(at) !== Kind.ThreadLocal || words[at] !== serial) entries.delete(serial);
  sweepFrom = Math.max(UNSWEPT, 2 * entries.size);
}

/** At the end of a thread: its attributes go with it. */
export function dropLocals(): void {
  if (entries.size > 0) entries = new Map();
  sweepFrom = UNSWEPT;
}
