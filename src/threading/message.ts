/**
 * A message: an encoded value in a block of the arena, with holds on the shared objects in it. Reading it needs no
 * event loop. What can't be bytes rides a postMessage beside it (`extras`).
 *
 * words: bytes of the import list, bytes of the value, number of holds, number of extras; the holds; the bytes.
 */
import { isProxy } from "#host";
import { builder, decode, importAll } from "../capture/incoming.ts";
import { allocate, kindOf, onDispose, release, retain } from "../memory/allocator.ts";
import { bytesAt, cover, octets, words } from "../memory/arena.ts";
import { GuardStuck } from "../memory/guard.ts";
import { adopt, handleOf, isFace, SharedObject } from "../memory/handle.ts";
import { Kind } from "../memory/layout.ts";
import { lookUp } from "../memory/parts.ts";
import type { Reference } from "../transfer/boundary.ts";
import type { Encoded } from "../transfer/encode.ts";
import { outgoing } from "./outgoing.ts";
import { fetchAhead } from "./parcels.ts";

const IMPORTS = 0;
const BYTES = 1;
const HOLDS = 2;
const EXTRAS = 3;
const HEADER = 4;

/** A handle on its way; `beforeCrossing` sees each object that crosses by reference. */
const shared = {
  offsetOf(value: object) {
    if (typeof value === "function") return classHandle(value);
    if (!(value instanceof SharedObject)) return undefined;
    // First: an object that was not worth a block so far gets one.
    if (!packing.has(value)) beforeCrossing(value);
    return handleOf(value);
  },
};
/** Kind and index of an object that crosses by reference, which is told that it is about to; undefined for others. */
export const crossingOf: (value: object) => { kind: number; at: number } | undefined = shared.offsetOf;

/** Kind and index of a class that all threads share. */
let classHandle: (fn: object) => { kind: number; at: number } | undefined = () => undefined;
export function onClassCrossing(handler: typeof classHandle): void {
  classHandle = handler;
}

let beforeCrossing: (value: object) => void = () => {};
export function onCrossing(handler: (value: object) => void): void {
  const before = beforeCrossing;
  beforeCrossing = (value) => {
    before(value);
    handler(value);
  };
}
/** Objects whose code is being packed: it may mention the object itself. */
const packing = new Set<object>();
/** How many messages are being packed, one within the other. */
let depth = 0;
export function packDepth(): number {
  return depth;
}
/** A proxy in front of a shared object crosses as that; any other is refused. */
const isForeignProxy = (value: object) => isProxy(value) && !isFace(value);

/** Sends code along: for what `owner` makes a thread run. */
export function packCode(
  value: unknown,
  label: string,
  owner: object,
): { at: number; extras: readonly unknown[] } {
  return pack(value, label, owner, () => 0);
}

/** The same for whoever unpacks it: `keep` makes a block that stands for what can't be bytes. */
export function packKept(
  value: unknown,
  label: string,
  owner: object,
  keep: (extras: readonly unknown[]) => number,
): number {
  return pack(value, label, owner, keep).at;
}

function pack(value: unknown, label: string, owner: object, keep: (extras: readonly unknown[]) => number) {
  const { encode, lifter } = outgoing();
  packing.add(owner);
  depth++;
  try {
    const encoded = encode(value, { label, lifter, shared, isProxy: isForeignProxy });
    const parcel = encoded.extras.length > 0 ? keep(encoded.extras) : 0;
    try {
      if (parcel !== 0) encoded.holds.push(parcel); // the last of the holds
      return { at: store(encoded), extras: encoded.extras };
    } finally {
      if (parcel !== 0) release(parcel);
    }
  } finally {
    depth--;
    packing.delete(owner);
  }
}

/** The block that `packKept` made for a message with extras. */
export function parcelOf(at: number): number {
  coverHolds(at);
  return words[at + HEADER + words[at + HOLDS] - 1];
}

/** What was thrown, whatever it is. @throws RangeError (ARENA_FULL) */
export function packThrown(error: unknown): number {
  const { encodeThrown, tellOriginal } = outgoing();
  tellOriginal(error);
  return store(encodeThrown(error, { label: "the error", shared }));
}

/** The same for the end of a thread, which must come also when shared memory is full: then 0, and it is only reported. */
export function packLastError(error: unknown): number {
  try {
    return packThrown(error);
  } catch (failure) {
    if (failure instanceof GuardStuck) throw failure; // the supervisor tries again
    return 0;
  }
}

function store(encoded: Encoded): number {
  const { holds, extras } = encoded;
  // The scratch buffer is reused by the next encode.
  const value = encoded.imports.length > 0 ? encoded.bytes.slice() : encoded.bytes;
  const imports =
    encoded.imports.length > 0
      ? outgoing().encode(encoded.imports, { label: "imports", shared }).bytes
      : undefined;
  const importBytes = imports?.length ?? 0;
  const total = importBytes + value.length;
  const at = allocate(Kind.Message, HEADER + holds.length + Math.ceil(total / 4));
  words[at + IMPORTS] = importBytes;
  words[at + BYTES] = value.length;
  words[at + EXTRAS] = extras.length;
  for (let i = 0; i < holds.length; i++) {
    retain(holds[i]);
    words[at + HEADER + i] = holds[i];
    words[at + HOLDS] = i + 1;
  }
  const start = (at + HEADER + holds.length) * 4;
  if (imports !== undefined) octets.set(imports, start);
  octets.set(value, start + importBytes);
  return at;
}

/** Extras that belong to a message. */
export function extrasOf(at: number): number {
  return cover(at)[at + EXTRAS];
}

/** The value. With code in it, `prepare` first. */
export function unpack(at: number, extras: readonly unknown[] = []): unknown {
  const { start, importBytes, valueBytes } = extent(at);
  const from = start * 4 + importBytes;
  cover((from + valueBytes) >>> 2);
  const bytes = octets.subarray(from, from + valueBytes);
  return decode(bytes, { extras, builder, adopt });
}

/** Neither code that imports nor shared objects are in it: reading it needs nothing but its bytes. */
export function isPlain(at: number): boolean {
  cover(at);
  return words[at + IMPORTS] === 0 && words[at + HOLDS] === 0;
}

/** Do two plain messages hold the same bytes? Of primitive values: are they the same value? */
export function isSameMessage(a: number, b: number): boolean {
  if (!isPlain(a) || !isPlain(b)) return false;
  const length = words[a + BYTES];
  if (words[b + BYTES] !== length) return false;
  const end = HEADER + Math.ceil(length / 4);
  cover(Math.max(a, b) + end);
  for (let i = HEADER; i < end; i++) if (words[a + i] !== words[b + i]) return false;
  return true;
}

/** Loads the modules that a message's code, and code of what it holds, needs; undefined if they are there already. */
export function prepare(at: number, now = false): Promise<void> | undefined {
  const messages = withCode(at);
  const needed = messages.flatMap(importsOf);
  const loading = needed.length === 0 ? undefined : importAll(needed, now);
  const coming = messages.map(parcelAhead).filter((promise) => promise !== undefined);
  if (coming.length === 0) return loading;
  return Promise.all([loading, ...coming]).then(() => {});
}

/** Has what can't be bytes come here, where that takes a turn of the event loop. */
function parcelAhead(at: number): Promise<void> | undefined {
  if (words[at + EXTRAS] === 0 || words[at + HOLDS] === 0) return undefined;
  const parcel = parcelOf(at);
  return kindOf(parcel) === Kind.Parcel ? fetchAhead(parcel) : undefined;
}

function importsOf(at: number): Reference[] {
  const { start, importBytes } = extent(at);
  if (importBytes === 0) return [];
  return decode(bytesAt(start, importBytes), { extras: [], adopt }) as Reference[];
}

/** Blocks that an object leads to, so that code behind them runs wherever the object goes: a message, or other objects. */
type Leads = (at: number) => readonly number[];
const leads = new Map<number, Leads>();
export function leadsTo(kind: Kind, blocks: Leads): void {
  leads.set(kind, blocks);
}

/** Kinds with code that runs wherever the object goes, and the word with its message, 0: none. */
export function carriesCode(kind: Kind, word: number): void {
  leadsTo(kind, (at) => (words[at + word] === 0 ? [] : [words[at + word]]));
}

const holdsOf: Leads = (at) => {
  coverHolds(at);
  return Array.from({ length: words[at + HOLDS] }, (_, i) => words[at + HEADER + i]);
};

/** All of what it lists: a long list may reach beyond the view that has its begin. */
function coverHolds(at: number): void {
  cover(at + HEADER + cover(at)[at + HOLDS]);
}

function leadsOf(kind: number): Leads | undefined {
  return kind === Kind.Message ? holdsOf : lookUp(leads, kind);
}

/** The message, and those of the shared objects that it leads to. */
function withCode(at: number): number[] {
  const found = [at];
  const seen = new Set(found);
  for (let i = 0; i < found.length; i++) {
    const kind = kindOf(found[i]);
    for (const next of leadsOf(kind)?.(found[i]) ?? []) {
      if (seen.has(next) || leadsOf(kindOf(next)) === undefined) continue;
      seen.add(next);
      found.push(next);
    }
  }
  return found.filter((block) => kindOf(block) === Kind.Message);
}

function extent(at: number) {
  cover(at);
  return {
    start: at + HEADER + words[at + HOLDS],
    importBytes: words[at + IMPORTS],
    valueBytes: words[at + BYTES],
  };
}

onDispose(Kind.Message, (at) => {
  coverHolds(at);
  for (let i = 0; i < words[at + HOLDS]; i++) release(words[at + HEADER + i]);
});
