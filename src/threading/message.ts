/**
 * A message: an encoded value in a block of the arena, with holds on the shared objects in it. Reading it needs no
 * event loop. What can't be bytes rides a postMessage beside it (`extras`).
 *
 * words: bytes of the import list, bytes of the value, number of holds, number of extras; the holds; the bytes.
 */
import { isProxy } from "#host";
import { builder, decode, importAll } from "../capture/incoming.ts";
import { allocate, onDispose, release, retain } from "../memory/allocator.ts";
import { bytesAt, cover, words } from "../memory/arena.ts";
import { adopt, handleOf } from "../memory/handle.ts";
import { Kind } from "../memory/layout.ts";
import type { Reference } from "../transfer/boundary.ts";
import type { Encoded } from "../transfer/encode.ts";
import { outgoing } from "./outgoing.ts";

const IMPORTS = 0;
const BYTES = 1;
const HOLDS = 2;
const EXTRAS = 3;
const HEADER = 4;

/** A handle on its way; `beforeCrossing` sees each object that crosses by reference. */
const shared = {
  offsetOf(value: object) {
    const handle = handleOf(value);
    if (handle !== undefined) beforeCrossing(value);
    return handle;
  },
};
let beforeCrossing: (value: object) => void = () => {};
export function onCrossing(handler: (value: object) => void): void {
  beforeCrossing = handler;
}

/** Sends code along: for what a thread runs. */
export function packCode(value: unknown, label: string): { at: number; extras: readonly unknown[] } {
  const { encode, lifter } = outgoing();
  const encoded = encode(value, { label, lifter, shared, isProxy });
  return { at: store(encoded), extras: encoded.extras };
}

/** What was thrown; never fails. */
export function packThrown(error: unknown): number {
  const { encodeThrown, tellOriginal } = outgoing();
  tellOriginal(error);
  return store(encodeThrown(error, { label: "the error", shared }));
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
  const bytes = bytesAt(at + HEADER + holds.length, total);
  if (imports !== undefined) bytes.set(imports);
  bytes.set(value, importBytes);
  return at;
}

/** Extras that belong to a message. */
export function extrasOf(at: number): number {
  return cover(at)[at + EXTRAS];
}

/** The value. With code in it, `prepare` first. */
export function unpack(at: number, extras: readonly unknown[] = []): unknown {
  const { start, importBytes, valueBytes } = extent(at);
  const bytes = bytesAt(start, importBytes + valueBytes).subarray(importBytes);
  return decode(bytes, { extras, builder, adopt });
}

/** Does its code import modules? */
export function hasImports(at: number): boolean {
  return cover(at)[at + IMPORTS] > 0;
}

/** Loads the modules that a message's code needs; undefined if they are there already. */
export function prepare(at: number): Promise<void> | undefined {
  const { start, importBytes } = extent(at);
  if (importBytes === 0) return undefined;
  return importAll(decode(bytesAt(start, importBytes), { extras: [], adopt }) as Reference[]);
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
  for (let i = 0; i < words[at + HOLDS]; i++) release(words[at + HEADER + i]);
});
