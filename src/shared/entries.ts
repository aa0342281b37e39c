/** Looking through all entries of a map or set: always those of one instant (snapshot.ts). */
import { describe, typeError } from "../errors/errors.ts";
import { words } from "../memory/arena.ts";
import { E_KEY, E_VALUE, eachLive, M_GUARD, M_SEED, M_SIZE, M_TABLE } from "./hash-table.ts";
import type { Inspect } from "./show.ts";
import { type Snapshot, takeSnapshot, valuesOf } from "./snapshot.ts";

/** Secret of the hashes of a new map: see hash.ts. */
export function seed(at: number): void {
  words[at + M_SEED] = (Math.random() * 2 ** 32) | 0;
  words[at + M_SEED + 1] = (Math.random() * 2 ** 32) | 0;
}

const sizeOf = (at: number): number => words[at + M_SIZE];

function snapshotOf(at: number, cell: typeof E_KEY | typeof E_VALUE): Snapshot {
  return takeSnapshot({
    guard: at + M_GUARD,
    count: () => sizeOf(at),
    copy: (target, to) => {
      let next = to;
      eachLive(words[at + M_TABLE], (entry) => {
        target[next++] = words[entry + cell];
      });
    },
  });
}

/** Key, value, key, value, … */
function pairsOf(at: number): Snapshot {
  return takeSnapshot({
    guard: at + M_GUARD,
    count: () => 2 * sizeOf(at),
    copy: (target, to) => {
      let next = to;
      eachLive(words[at + M_TABLE], (entry) => {
        target[next++] = words[entry + E_KEY];
        target[next++] = words[entry + E_VALUE];
      });
    },
  });
}

function* inPairs(snapshot: Snapshot): Generator<[unknown, unknown], undefined> {
  try {
    for (let i = 0; i < snapshot.length; i += 2) yield [snapshot.open(i), snapshot.open(i + 1)];
  } finally {
    snapshot.release();
  }
}

function* twice(snapshot: Snapshot): Generator<[unknown, unknown], undefined> {
  for (const value of valuesOf(snapshot)) yield [value, value];
}

// The snapshot is taken by the call, not by the first step of the generator.
export const entriesOf = (at: number): IterableIterator<unknown> => inPairs(pairsOf(at));
export const keysOf = (at: number): IterableIterator<unknown> => valuesOf(snapshotOf(at, E_KEY));
export const valuesOfMap = (at: number): IterableIterator<unknown> => valuesOf(snapshotOf(at, E_VALUE));
export const twiceOf = (at: number): IterableIterator<unknown> => twice(snapshotOf(at, E_KEY));

export function forEachEntry(
  at: number,
  fn: (value: unknown, key: unknown, container: unknown) => void,
  container: object,
  name: "SharedMap" | "SharedSet",
): void {
  if (typeof fn !== "function") {
    throw typeError(
      "INVALID_ARGUMENT",
      `cannot go through the ${name}: the callback is ${describe(fn)}. Give a function.`,
    );
  }
  if (name === "SharedMap") for (const [key, value] of inPairs(pairsOf(at))) fn(value, key, container);
  else for (const value of keysOf(at)) fn(value, value, container);
}

/** As many are printed, as of a Map. */
const SHOWN = 100;

/** Prints as a Map or Set would; without the entries if one can't be read in this thread now. */
export function inspectEntries(
  at: number,
  name: string,
  size: number,
  inspect: Inspect | undefined,
  options: object,
  pairs: boolean,
): string {
  if (inspect === undefined) return `${name}(${size})`;
  const shown: unknown[] = [];
  try {
    for (const entry of pairs ? entriesOf(at) : keysOf(at)) if (shown.push(entry) === SHOWN) break;
  } catch {
    return `${name}(${size})`;
  }
  const rest = size - shown.length;
  const copy = pairs ? new Map(shown as [unknown, unknown][]) : new Set(shown);
  const text = inspect(copy, options).replace(/^(?:Map|Set)\(\d+\)/, `${name}(${size})`);
  return rest > 0 ? text.replace(/\s*}$/, `, … ${rest} more }`) : text;
}
