/**
 * Handles: the JavaScript objects that stand for blocks of the arena.
 *
 * A handle is a kind and an index. The same block has one handle per realm, so `===` holds. Each handle counts
 * as one reference to its block; a FinalizationRegistry gives it back, and a ledger in the arena lists what a
 * realm holds, so that the supervisor can give it back for a realm that was killed.
 */

import { RuntimeError } from "../errors/errors.ts";
import { allocate, onDispose, release, retain } from "./allocator.ts";
import { cover, words } from "./arena.ts";
import { Kind } from "./layout.ts";

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
const constructors = new Map<number, new () => SharedObject>();

/** Block that the constructor now running shall stand for; 0: make a new one. */
let adopting = 0;

/** Base of every object that crosses threads by reference. */
export abstract class SharedObject {
  /** @internal */
  readonly [kAt]: number;

  /** @internal */
  constructor(kind: Kind, size: number) {
    const born = adopting === 0;
    const at = born ? allocate(kind, size) : adopting;
    adopting = 0;
    this[kAt] = at;
    if (!born) retain(at);
    enlist(this, at);
  }
}

/** True inside a constructor that rebuilds a handle: its words are set already. */
export function isAdopting(): boolean {
  return adopting !== 0;
}

/** Names the class that stands for a kind, so that handles can be rebuilt in any thread. */
export function defineKind(kind: Kind, constructor: new () => SharedObject): void {
  constructors.set(kind, constructor);
}

/** The handle of a block in this realm. `as`: a subclass to build it as, without running its constructor body. */
export function adopt(kind: number, at: number): SharedObject {
  const known = entries.get(at)?.object.deref();
  if (known !== undefined) return known;
  const constructor = constructors.get(kind);
  if (constructor === undefined) {
    throw new RuntimeError(
      "UNKNOWN_KIND",
      `cannot open a shared object: its kind ${kind} is not known here. Load one version of threadkit in all threads.`,
    );
  }
  return adoptAs(at, () => new constructor());
}

/** Proxies that stand in front of a handle and cross in its place. No other proxy does. */
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

/** Kind and index of a shared object, or undefined for any other value. Exact class only: see API rule 5. */
export function handleOf(value: object): { kind: number; at: number } | undefined {
  if (!(value instanceof SharedObject)) return undefined;
  const at = value[kAt];
  return { kind: cover(at)[at - 2] & 0xff, at };
}

// The ledger: blocks of LEDGER_SLOTS indices, newest first. Word 0 links, the rest are held blocks or 0.

const LEDGER_SLOTS = 61;
let ledgerRoot = 0;
const freeSlots: number[] = [];

/** The word that heads this realm's ledger. Handles made earlier are entered now. */
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

export { onDispose };
