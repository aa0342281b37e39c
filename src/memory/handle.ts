/**
 * Handles: the JavaScript objects that stand for blocks of the arena.
 *
 * A handle is a kind and an index. The same block has one handle per realm, so `===` holds. Each handle counts
 * as one reference to its block; a FinalizationRegistry gives it back, and a ledger in the arena lists what a
 * realm holds, so that the supervisor can give it back for a realm that was killed.
 */

import { RuntimeError } from "../errors/errors.ts";
import { allocate, release, retain } from "./allocator.ts";
import { cover, words } from "./arena.ts";
import { KIND_MASK, Kind } from "./layout.ts";
import { lookUp } from "./parts.ts";

/** Index of the block that an object stands for. */
export const kAt: unique symbol = Symbol("threadkit.at");

/** How objects print themselves (`util.inspect`, `console.log`). */
export const kInspect: unique symbol = Symbol.for("nodejs.util.inspect.custom") as never;

interface Entry {
  /** 0: given up before the object was collected. */
  at: number;
  readonly slot: number;
  object: WeakRef<SharedObject>;
}

const entries = new Map<number, Entry>();
const registry = new FinalizationRegistry<Entry>(drop);
const constructors = new Set<unknown>();
const openers = new Map<number, (at: number) => SharedObject>();

/** Block that the constructor now running shall stand for; 0: make a new one. */
let adopting = 0;

/** Base of every object that crosses threads by reference. */
export abstract class SharedObject {
  /** Index of its block. It is what tells TypeScript a shared object from others. */
  readonly [kAt]: number;

  /** @internal Kind.Free: it stands for no block, and does not cross. `listed` false: its maker gives the reference back itself, and calls `listHandle` before it crosses. */
  constructor(kind: Kind, size: number, listed = true) {
    const born = adopting === 0;
    const at = !born ? adopting : kind === Kind.Free ? 0 : allocate(kind, size);
    adopting = 0;
    this[kAt] = at;
    if (!born) retain(at);
    if (!listed || at === 0) return;
    try {
      enlist(this, at);
    } catch (error) {
      release(at);
      throw error;
    }
  }
}

/** An object that was made unlisted is the handle of its block in this realm from here on. */
export function listHandle(object: SharedObject): void {
  enlist(object, object[kAt]);
}

/** Lets an unlisted object stand for another block; 0: for none. */
export function moveTo(object: SharedObject, at: number): void {
  (object as { [kAt]: number })[kAt] = at;
}

/** True inside a constructor that rebuilds a handle: its words are set already. */
export function isAdopting(): boolean {
  return adopting !== 0;
}

/** Names the class that stands for a kind, so that handles can be rebuilt in any thread. */
export function defineKind(kind: Kind, constructor: new () => SharedObject): void {
  constructors.add(constructor);
  openers.set(kind, (at) => adoptAs(at, () => new constructor()));
}

/** Is it the class of a kind? A subclass of one is not: its instances cross as what the kind says. */
export function isKindClass(constructor: unknown): boolean {
  return constructors.has(constructor);
}

/** For a kind whose handles are not all of one class: `open` makes the handle of a block, with `adoptAs`. */
export function defineOpener(kind: Kind, open: (at: number) => SharedObject): void {
  openers.set(kind, open);
}

/** The handle of a block in this realm, if it has one. */
export function handleAt(at: number): SharedObject | undefined {
  return entries.get(at)?.object.deref();
}

/** The handle of a block in this realm. */
export function adopt(kind: number, at: number): SharedObject {
  const known = handleAt(at);
  if (known !== undefined) return known;
  const open = lookUp(openers, kind);
  if (open === undefined) {
    throw new RuntimeError(
      "UNKNOWN_KIND",
      `cannot open a shared object: its kind ${kind} is not known here. Load one version of threadkit in all threads.`,
    );
  }
  return open(at);
}

/** What is handed out in place of a handle: a proxy in front of it, which no other proxy crosses like; a class. */
const faces = new WeakSet<object>();

/** Has `face`, which keeps `object` alive, handed out in its place in this realm. */
export function showAs(object: SharedObject, face: SharedObject): void {
  entries.get(object[kAt])!.object = new WeakRef(face);
  faces.add(face);
}

export function isFace(value: object): boolean {
  return faces.has(value);
}

/** Runs `build`, in which the next handle made stands for `at`. */
export function adoptAs<T>(at: number, build: () => T): T {
  adopting = at;
  try {
    return build();
  } finally {
    adopting = 0;
  }
}

/** Kind and index of a shared object; undefined for any other value, and for one that stands for no block. */
export function handleOf(value: object): { kind: number; at: number } | undefined {
  if (!(value instanceof SharedObject)) return undefined;
  const at = value[kAt];
  if (at === 0) return undefined;
  return { kind: cover(at)[at - 2] & KIND_MASK, at };
}

// The ledger: blocks of LEDGER_SLOTS indices, newest first. Word 0 links, the rest are held blocks or 0.

const LEDGER_SLOTS = 61;
let ledgerRoot = 0;
const freeSlots: number[] = [];

/** The word that heads this realm's ledger: a worker's, before it makes its first handle. Main has none. */
export function openLedger(root: number): void {
  ledgerRoot = root;
}

function enlist(object: SharedObject, at: number): void {
  const entry: Entry = { at, slot: takeSlot(at), object: new WeakRef(object) };
  entries.set(at, entry);
  registry.register(object, entry);
}

function takeSlot(at: number): number {
  if (ledgerRoot === 0) return 0;
  let slot = freeSlots.pop();
  if (slot === undefined) {
    const chunk = allocate(Kind.Ledger, LEDGER_SLOTS + 1);
    words[chunk] = words[ledgerRoot];
    words[ledgerRoot] = chunk;
    for (let i = LEDGER_SLOTS; i > 1; i--) freeSlots.push(chunk + i);
    slot = chunk + 1;
  }
  cover(slot)[slot] = at;
  return slot;
}

/** Gives the reference of a handle back at once: nobody will use `object` any more. */
export function dismiss(object: SharedObject): void {
  const entry = entries.get(object[kAt]);
  if (entry?.object.deref() === object) drop(entry);
}

function drop(entry: Entry): void {
  const { at } = entry;
  if (at === 0) return;
  entry.at = 0;
  if (entries.get(at) === entry) entries.delete(at);
  // The slot first: killed in between, a reference is lost; the other way round it would be given back twice.
  if (entry.slot !== 0) {
    words[entry.slot] = 0;
    freeSlots.push(entry.slot);
  }
  release(at);
}

/** Gives back what a dead realm's ledger lists, and the ledger. */
export function settleLedger(root: number): void {
  for (let chunk = cover(root)[root]; chunk !== 0; chunk = words[root]) {
    cover(chunk);
    for (let i = 1; i <= LEDGER_SLOTS; i++) {
      const held = words[chunk + i];
      words[chunk + i] = 0;
      if (held !== 0) release(held);
    }
    words[root] = words[chunk];
    release(chunk);
  }
}

/** Handles alive in this realm, for tests. */
export function handleCount(): number {
  return entries.size;
}

/**
 * Notes a block that no handle stands for, with one reference, for as long as this realm needs it: `unlist` takes the
 * note back, and the reference is the caller's again.
 */
export function list(at: number): number {
  return takeSlot(at);
}
export function unlist(slot: number): void {
  if (slot === 0) return;
  words[slot] = 0;
  freeSlots.push(slot);
}
