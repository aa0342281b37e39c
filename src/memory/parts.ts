/**
 * Parts of the library that a thread loads when it first meets what they define: containers, structs and queues
 * (`data`), futures and pools (`pools`). Most threads need neither, and each costs every start that loads it.
 *
 * Blocks of any kind may come to any thread: in a message, as the last reference to something, as what a dead thread
 * left to the supervisor. So whoever looks up what is to be done with a kind does it by `lookUp`, which loads the part
 * on a miss. What a part registers is complete when it calls `partLoaded`.
 */
import { Kind } from "./layout.ts";

export type Part = "data" | "pools";

/** What each part defines. */
export const KINDS: Readonly<Record<Part, readonly Kind[]>> = {
  data: [
    ...[Kind.Table, Kind.Snapshot, Kind.KeyLock, Kind.Ring, Kind.SharedRef, Kind.SharedList, Kind.SharedMap],
    ...[Kind.SharedSet, Kind.StructClass, Kind.Struct],
    ...[Kind.Queue, Kind.LifoQueue, Kind.PriorityQueue, Kind.SimpleQueue],
  ],
  pools: [Kind.Future, Kind.Pool, Kind.Task],
};

/** Parts that are not loaded, by the kinds that they define. Without a loader it says nothing: all is there. */
const missing: (Part | undefined)[] = [];
for (const part of ["data", "pools"] as const) for (const kind of KINDS[part]) missing[kind] = part;

let load: ((part: Part) => void) | undefined;
/** How a part is loaded, synchronously: the package's first file says so. */
export function setPartLoader(loader: (part: Part) => void): void {
  load = loader;
}

/** Called by a part when all that it defines is registered. */
export function partLoaded(part: Part): void {
  for (const kind of KINDS[part]) missing[kind] = undefined;
}

/** Loads a part. */
export function loadPart(part: Part): void {
  load?.(part);
}

/** What a table has for a kind, once the part that defines the kind is there. */
export function lookUp<T>(table: ReadonlyMap<number, T>, kind: number): T | undefined {
  const known = table.get(kind);
  return known === undefined && missing[kind] !== undefined ? lookAgain(table, kind) : known;
}

function lookAgain<T>(table: ReadonlyMap<number, T>, kind: number): T | undefined {
  loadPart(missing[kind]!);
  return table.get(kind);
}
